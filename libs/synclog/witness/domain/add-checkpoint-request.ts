import { parseCheckpoint, type Checkpoint } from '../../tlog/checkpoint';
import { parseNote, type Note } from '../../tlog/signed-note';
import { HASH_BYTES } from '../../tlog/tree-hash';

/** What a log asks for: a cosignature for a checkpoint that goes on from what this witness signed last (C2SP tlog-witness). */
export interface AddCheckpointRequest {
  /** Size of the tree that the log believes this witness has signed last. */
  oldSize: number;
  proof: readonly Buffer[];
  note: Note;
  checkpoint: Checkpoint;
}

const MAX_PROOF_HASHES = 63;
const OLD = /^old (0|[1-9]\d{0,15})$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the body of `add-checkpoint`. Only the one spelling of each value is taken.
 *  @throws TypeError when it is malformed */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpointRequest {
  const text = textOf(body);
  // No line before the checkpoint is empty: the first empty line is where it begins.
  const end = text.indexOf('\n\n');
  if (end === -1) throw new TypeError('no checkpoint');
  const [first, ...hashes] = text.slice(0, end).split('\n');
  const oldSize = Number(OLD.exec(first)?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(oldSize)) throw new TypeError('no old size');
  if (hashes.length > MAX_PROOF_HASHES) throw new TypeError('too long a proof');
  const note = parseNote(text.slice(end + 2));
  return { oldSize, proof: hashes.map(parseHash), note, checkpoint: parseCheckpoint(note.text) };
}

function textOf(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw new TypeError('not UTF-8', { cause });
  }
}

function parseHash(base64: string): Buffer {
  const hash = Buffer.from(base64, 'base64');
  if (hash.length !== HASH_BYTES || hash.toString('base64') !== base64) throw new TypeError('no hash');
  return hash;
}
