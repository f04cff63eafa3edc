import { parseCheckpoint, type Checkpoint } from '../../tlog/checkpoint';
import { isSignedBy, parseNote, type Note, type NoteVerifier } from '../../tlog/signed-note';
import type { Claim, Finding } from '../findings';

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
  return signatures.some(({ name, keyId }) => name === key.name && keyId.equals(key.keyId));
}

/** Whether a witness has signed that it saw this checkpoint follow from those before. */
export function checkWitness(note: Note, witness: NoteVerifier): Claim | Finding {
  const reason = witness.name;
  if (!hasLineOf(note, witness)) return { code: 'witness-missing', reason };
  return isSignedBy(note, witness) ? { code: 'witness', name: witness.name } : { code: 'witness-wrong', reason };
}
