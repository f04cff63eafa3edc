import type { VaultDraft } from '#access';
import type { DecodeResult } from '#intake';
import { completeDetail } from '../dvclt/decode/decode-detail';
import { DetailScan } from '../dvclt/decode/large/detail-scan';

/** Decodes as the thread of a large message does, in this thread and without a vault: large files come back as `bytes`.
 *  @param pieceBytes how the message is cut */
export function decodeInPieces(raw: Buffer, maxFiles: number, pieceBytes: number): DecodeResult {
  const parts = new Map<number, Uint8Array[]>();
  const scan = new DetailScan({
    maxFiles,
    secret: 'b0c8a1d2-test-secret',
    onPart: ({ fileNumber, bytes }) => void parts.set(fileNumber, [...(parts.get(fileNumber) ?? []), bytes]),
  });
  for (let from = 0; from < raw.length; from += pieceBytes) scan.write(raw.subarray(from, from + pieceBytes));
  const drafts = new Map(
    [...parts.keys()].map((fileNumber) => [fileNumber, { ref: String(fileNumber) } as VaultDraft]),
  );
  const result = completeDetail(scan.end(), drafts);
  if ('failure' in result) return result;
  const attachments = result.dossier.attachments.map(({ draft, ...file }) =>
    draft === undefined ? file : { ...file, bytes: Buffer.concat(parts.get(Number(draft.ref)) ?? []) },
  );
  return { ...result, dossier: { ...result.dossier, attachments } };
}
