import { parseCheckpoint, type Checkpoint } from '../../tlog/checkpoint';
import { keysInForce, type LogKey } from '../../tlog/key-chain';
import { isSignedBy, linesOf, parseNote, type Note, type NoteVerifier } from '../../tlog/signed-note';
import type { Claim, Finding } from '../findings';

/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799n;

/** A checkpoint as a checker sees it. */
export interface ReadCheckpoint {
  note: Note;
  checkpoint: Checkpoint;
  /** What speaks against it; undefined when the key has signed it that the log had at this size. `key-retired`: only one that another had replaced by then. */
  problem?: 'key-foreign' | 'origin-wrong' | 'signature-wrong' | 'key-retired';
  /** Those of the log's keys that have a line below it. */
  signing: readonly LogKey[];
}

/** Reads a checkpoint and looks at its signatures.
 *  @param keys that the log has had, as far as they are trusted
 *  @returns undefined when it is none */
export function readCheckpoint(text: string, keys: readonly LogKey[]): ReadCheckpoint | undefined {
  try {
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    const signing = keys.filter(({ verifier }) => hasLineOf(note, verifier));
    return { note, checkpoint, signing, problem: problemOf(note, checkpoint, { keys, signing }) };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function problemOf(
  note: Note,
  { origin, size }: Checkpoint,
  { keys, signing }: Record<'keys' | 'signing', readonly LogKey[]>,
): ReadCheckpoint['problem'] {
  if (signing.length === 0) return 'key-foreign';
  if (signing.some(({ verifier }) => !isSignedBy(note, verifier))) return 'signature-wrong';
  if (signing.some(({ verifier }) => verifier.name !== origin)) return 'origin-wrong';
  return keysInForce(keys, size).some((key) => signing.includes(key)) ? undefined : 'key-retired';
}

/** Whether each key that has signed it was replaced later: so old evidence looks, and so does what somebody who stole such a key made up. */
export function isByReplacedKey({ problem, signing }: ReadCheckpoint): boolean {
  return problem === undefined && signing.every(({ replaced }) => replaced !== undefined);
}

/** Whether one of the witnesses saw it before this instant. */
export function isSeenBefore(note: Note, witnesses: readonly NoteVerifier[], ms: number): boolean {
  return witnesses.some(
    (witness) =>
      isSignedBy(note, witness) && linesOf(note, witness).some((line) => secondsOf(line.signature) * 1_000 < ms),
  );
}

function secondsOf(cosignature: Buffer): number {
  return Number(cosignature.readBigUInt64BE(0));
}

function hasLineOf(note: Note, key: NoteVerifier): boolean {
  return linesOf(note, key).length > 0;
}

/** Whether a witness has signed that it saw this checkpoint follow from those before. */
export function checkWitness(note: Note, witness: NoteVerifier): Claim | Finding {
  const reason = witness.name;
  if (!hasLineOf(note, witness)) return { code: 'witness-missing', reason };
  if (!isSignedBy(note, witness)) return { code: 'witness-wrong', reason };
  const [own] = linesOf(note, witness);
  return { code: 'witness', name: witness.name, at: cosignedAt(own?.signature) };
}

/** Time within a cosignature that holds, RFC 3339; the seconds as they stand when no calendar has them. */
function cosignedAt(signature: Buffer | undefined): string {
  const seconds = signature?.readBigUInt64BE(0) ?? 0n;
  return seconds <= LAST_SECOND ? new Date(Number(seconds) * 1_000).toISOString() : String(seconds);
}
