import { parseCheckpoint, type Checkpoint } from '../../tlog/checkpoint';
import { isSignedBy, parseNote, type Note, type NoteVerifier, type SignatureLine } from '../../tlog/signed-note';
import type { Claim, Finding } from '../findings';

/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799n;

/** A checkpoint as a checker sees it. */
export interface ReadCheckpoint {
  note: Note;
  checkpoint: Checkpoint;
  /** What speaks against it; undefined when the key of the log has signed it. */
  problem?: 'key-foreign' | 'origin-wrong' | 'signature-wrong';
}

/** Reads a checkpoint and looks at its signature. @returns undefined when it is none */
export function readCheckpoint(text: string, key: NoteVerifier): ReadCheckpoint | undefined {
  try {
    const note = parseNote(text);
    return { note, checkpoint: parseCheckpoint(note.text), problem: problemOf(note, key) };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function problemOf(note: Note, key: NoteVerifier): ReadCheckpoint['problem'] {
  if (!hasLineOf(note, key)) return 'key-foreign';
  if (!isSignedBy(note, key)) return 'signature-wrong';
  return parseCheckpoint(note.text).origin === key.name ? undefined : 'origin-wrong';
}

function hasLineOf({ signatures }: Note, key: NoteVerifier): boolean {
  return signatures.some((line) => isLineOf(line, key));
}

function isLineOf({ name, keyId }: SignatureLine, key: NoteVerifier): boolean {
  return name === key.name && keyId.equals(key.keyId);
}

/** Whether a witness has signed that it saw this checkpoint follow from those before. */
export function checkWitness(note: Note, witness: NoteVerifier): Claim | Finding {
  const reason = witness.name;
  if (!hasLineOf(note, witness)) return { code: 'witness-missing', reason };
  if (!isSignedBy(note, witness)) return { code: 'witness-wrong', reason };
  const own = note.signatures.find((line) => isLineOf(line, witness));
  return { code: 'witness', name: witness.name, at: cosignedAt(own?.signature) };
}

/** Time within a cosignature that holds, RFC 3339; the seconds as they stand when no calendar has them. */
function cosignedAt(signature: Buffer | undefined): string {
  const seconds = signature?.readBigUInt64BE(0) ?? 0n;
  return seconds <= LAST_SECOND ? new Date(Number(seconds) * 1_000).toISOString() : String(seconds);
}
