import type { LogKey } from '../../tlog/key-chain';
import type { NoteVerifier } from '../../tlog/signed-note';
import { checkWitness, isByReplacedKey, readCheckpoint, type ReadCheckpoint } from '../domain/check-notes';
import type { ReportDraft } from '../domain/report-draft';

/** The checkpoint of some evidence, and the keys that should have signed it. */
interface CheckpointEvidence {
  /** For the report. */
  file: string;
  /** Signed note. */
  note: string;
  keys: readonly LogKey[];
  /** Whether the one that leads to all of them was got on another way; else it is the evidence's own word. */
  isKeyTrusted: boolean;
  witnesses: readonly NoteVerifier[];
}

/** Reads a checkpoint, and says who has signed it. @returns undefined when it is none */
export function readSigned(
  draft: ReportDraft,
  { file, note, keys, isKeyTrusted, witnesses }: CheckpointEvidence,
): ReadCheckpoint | undefined {
  const read = readCheckpoint(note, keys);
  if (read === undefined) {
    draft.add({ code: 'checkpoint-malformed', file });
    return undefined;
  }
  const { origin, size } = read.checkpoint;
  draft.origin = origin;
  draft.size = size;
  if (read.problem !== undefined) draft.add({ code: read.problem, file });
  else draft.add({ code: isKeyTrusted ? 'signature' : 'signature-own-key', origin, size });
  if (isByReplacedKey(read)) draft.doubtKey();
  for (const witness of witnesses) {
    const result = checkWitness(read.note, witness);
    draft.add(result);
    if (result.code === 'witness') draft.vouch(size);
  }
  return read;
}
