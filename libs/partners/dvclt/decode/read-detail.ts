import type { DecodeStage } from '#intake';
import type { JsonObject } from '../../http/answer-json';
import { declarationLeaves } from './declaration-xml';
import { readFiles, type ContentOf, type ReadFile } from './detail-files';
import { evidenceOf, withoutContent, type InnerLayer, type OuterLayer } from './detail-layers';
import { readableCode } from './readable-code';
import { Undecodable } from './undecodable';

/** How the layers of one message are got at: parsed whole, or put together from what a stream left over. */
export interface DetailInput {
  /** @throws Undecodable at stage `outer-json` */
  outer(): OuterLayer;
  /** @throws Undecodable at stage `inner-json` */
  inner(outer: OuterLayer): InnerLayer;
  /** @default base64 in the member itself */
  contentOf?: ContentOf;
  maxFiles: number;
}

/** Why the reading ended early; `stage` is one of the decode stages. */
export interface ReadingFailure {
  stage: string;
  code: string;
  reason: string;
  field?: string;
  responsible: 'dvclt' | 'province';
}

/** What the bytes of a detail say, before its head is checked. Plain values: a worker thread hands it over as it is. */
export type DetailReading = { stages: DecodeStage[]; dossierCode?: string } & (
  | { outer: JsonObject; inner: JsonObject; leaves: Record<string, string>; files: ReadFile[] }
  | { failure: ReadingFailure }
);

const asJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

/** A parser's own exception may quote the content, so only the place is kept. The raw bytes are sealed by the caller. */
export function readingFailure(error: unknown): ReadingFailure {
  if (error instanceof Undecodable) {
    const { stage, code, reason, field } = error;
    return { stage, code, reason, responsible: 'dvclt', ...(field === undefined ? {} : { field }) };
  }
  return {
    stage: 'outer-json',
    code: 'decode.unexpected',
    reason: 'the message could not be decoded',
    responsible: 'province',
  };
}

/** Members of the head that are checked later; the rest may be large. */
const HEAD_FIELDS = ['maHoSo', 'maDonVi', 'maTTHC', 'module', 'ngayTiepNhan', 'techId'];

function headOf(layer: JsonObject): JsonObject {
  return Object.fromEntries(HEAD_FIELDS.filter((name) => name in layer).map((name) => [name, layer[name]]));
}

/** Reads all encodings of a detail (dvclt.md §3, Q07), recording every stage as soon as it is reached. Never throws.
 *  Files are those of the inner object; those of the outer one when it has none. */
export function readDetail(input: DetailInput): DetailReading {
  const stages: DecodeStage[] = [];
  let dossierCode: string | undefined;
  const named = (): { dossierCode?: string } => (dossierCode === undefined ? {} : { dossierCode });
  try {
    const outer = input.outer();
    dossierCode = readableCode(outer.head);
    stages.push({ stage: 'outer-json', bytes: evidenceOf(outer.head) });
    const inner = input.inner(outer);
    stages.push({ stage: 'inner-json', bytes: evidenceOf(inner.head) });
    stages.push({ stage: 'xml', bytes: Buffer.from(inner.xml, 'utf8') });
    const leaves = declarationLeaves(inner.xml);
    stages.push({ stage: 'fields', bytes: asJson(leaves) });
    const values = inner.files.length > 0 ? inner.files : outer.files;
    const files = readFiles(values, input.maxFiles, input.contentOf);
    stages.push({ stage: 'files', bytes: asJson(values.map(withoutContent)) });
    return { stages, ...named(), outer: headOf(outer.head), inner: headOf(inner.head), leaves, files };
  } catch (error) {
    const failure = readingFailure(error);
    if (!stages.some((stage) => stage.stage === failure.stage)) stages.push({ stage: failure.stage });
    return { stages, ...named(), failure };
  }
}
