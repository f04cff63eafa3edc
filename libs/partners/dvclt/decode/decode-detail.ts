import type { VaultDraft } from '#access';
import type { DecodedAttachment, DecodeResult, DecodedDossier } from '#intake';
import type { ReadFile } from './detail-files';
import { innerLayer, outerLayer } from './detail-layers';
import { dossierHead } from './dossier-head';
import { requesterOf, subjectOf } from './people';
import { requireWholeText } from './whole-text';
import { readDetail, readingFailure, type DetailReading } from './read-detail';

type Understood = Extract<DetailReading, { files: ReadFile[] }>;

/** Where the bytes of large files went, by their number. */
export type DraftsByNumber = ReadonlyMap<number, VaultDraft>;

function attachmentOf({ content, ...file }: ReadFile, drafts: DraftsByNumber): DecodedAttachment {
  if (content === undefined) return file;
  if ('bytes' in content) return { ...file, bytes: Buffer.from(content.bytes) };
  const draft = drafts.get(content.fileNumber);
  if (draft === undefined) throw new Error('a large file was read and not kept');
  return { ...file, draft };
}

function dossierOf({ outer, inner, leaves, files }: Understood, drafts: DraftsByNumber): DecodedDossier {
  const head = dossierHead(outer, inner);
  return requireWholeText({
    ...head,
    subject: subjectOf(leaves, head.module),
    requester: requesterOf(leaves),
    declaration: leaves,
    attachments: files.map((file) => attachmentOf(file, drafts)),
  });
}

/** Checks what was read and makes a dossier of it. */
export function completeDetail(reading: DetailReading, drafts: DraftsByNumber = new Map()): DecodeResult {
  const { stages, dossierCode } = reading;
  const code = dossierCode === undefined ? {} : { dossierCode };
  if ('failure' in reading) return { stages, failure: { ...reading.failure, ...code } };
  try {
    return { stages, dossier: dossierOf(reading, drafts) };
  } catch (error) {
    const failure = readingFailure(error);
    const isKnown = stages.some((stage) => stage.stage === failure.stage);
    return { stages: isKnown ? stages : [...stages, { stage: failure.stage }], failure: { ...failure, ...code } };
  }
}

/** Decodes a small detail answer in one go: JSON → JSON → XML → fields, files, checks (Q07). Never throws for what the bytes hold. */
export function decodeDetail(raw: Buffer, maxFiles: number): DecodeResult {
  return completeDetail(
    readDetail({ outer: () => outerLayer(raw), inner: ({ inner }) => innerLayer(inner), maxFiles }),
  );
}
