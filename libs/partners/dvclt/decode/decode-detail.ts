import type { DecodeFailure, DecodeResult, DecodeStage, DecodedDossier } from '#intake';
import type { JsonObject } from '../../http/answer-json';
import { declarationLeaves } from './declaration-xml';
import { filesOf } from './detail-files';
import { evidenceOf, innerLayer, outerLayer, withoutContent } from './detail-layers';
import { dossierHead, readableCode } from './dossier-head';
import { requesterOf, subjectOf } from './people';
import { Undecodable } from './undecodable';

const asJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

/** Decodes with every stage recorded in `stages` as soon as it is reached. */
function decodeInto(
  stages: DecodeStage[],
  raw: Buffer,
  maxFiles: number,
  onHead: (outer: JsonObject) => void,
): DecodedDossier {
  const outer = outerLayer(raw);
  onHead(outer.head);
  stages.push({ stage: 'outer-json', bytes: evidenceOf(outer.head) });
  const inner = innerLayer(outer.inner);
  stages.push({ stage: 'inner-json', bytes: evidenceOf(inner.head) });
  stages.push({ stage: 'xml', bytes: Buffer.from(inner.xml, 'utf8') });
  const leaves = declarationLeaves(inner.xml);
  stages.push({ stage: 'fields', bytes: asJson(leaves) });
  const files = inner.files.length > 0 ? inner.files : outer.files;
  const attachments = filesOf(files, maxFiles);
  stages.push({ stage: 'files', bytes: asJson(files.map(withoutContent)) });
  const head = dossierHead(outer.head, inner.head);
  return {
    ...head,
    subject: subjectOf(leaves, head.module),
    requester: requesterOf(leaves),
    declaration: leaves,
    attachments,
  };
}

function failureOf(error: unknown, dossierCode: string | undefined): DecodeFailure {
  const code = dossierCode === undefined ? {} : { dossierCode };
  if (!(error instanceof Undecodable)) {
    // A parser's own exception: what it says may quote the content, so only the place is kept. The raw bytes are sealed by the caller.
    return {
      stage: 'outer-json',
      code: 'decode.unexpected',
      reason: 'the message could not be decoded',
      responsible: 'province',
      ...code,
    };
  }
  const field = error.field === undefined ? {} : { field: error.field };
  return { stage: error.stage, code: error.code, reason: error.reason, responsible: 'dvclt', ...field, ...code };
}

/** Decodes a detail answer: JSON → JSON → XML → fields, files, checks (Q07). Never throws for what the bytes hold.
 *  Files are those of the inner object; those of the outer one when it has none. */
export function decodeDetail(raw: Buffer, maxFiles: number): DecodeResult {
  const stages: DecodeStage[] = [];
  let dossierCode: string | undefined;
  try {
    const dossier = decodeInto(stages, raw, maxFiles, (outer) => {
      dossierCode = readableCode(outer);
    });
    return { stages, dossier };
  } catch (error) {
    const failure = failureOf(error, dossierCode);
    if (!stages.some((stage) => stage.stage === failure.stage)) stages.push({ stage: failure.stage });
    return { stages, failure };
  }
}
