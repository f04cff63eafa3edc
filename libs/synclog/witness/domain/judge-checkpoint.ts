import { isConsistent, type TreeHead } from '../../tlog/proofs';
import { isSignedBy, linesOf, type Note, type NoteVerifier } from '../../tlog/signed-note';
import type { AddCheckpointRequest } from './add-checkpoint-request';

/** What this witness knows of the log that a request names. */
interface KnownLog {
  /** The keys that it trusts for this log; none for a log that nobody has told it of. */
  keys: readonly NoteVerifier[];
  /** What it has cosigned last; the empty tree before the first time. */
  latest: TreeHead;
}

/** The answer to a request (C2SP tlog-witness). 200 is a promise to cosign. */
export type Verdict = { status: 200 | 400 | 403 | 404 | 422 } | { status: 409; size: number };

/** Whether a checkpoint goes on from what was cosigned last. */
export function judgeCheckpoint(request: AddCheckpointRequest, { keys, latest }: KnownLog): Verdict {
  const { oldSize, proof, note, checkpoint } = request;
  if (keys.length === 0) return { status: 404 };
  if (!isSignedByTrusted(note, keys)) return { status: 403 };
  if (oldSize > checkpoint.size) return { status: 400 };
  if (oldSize !== latest.size) return { status: 409, size: latest.size };
  return { status: isConsistent(latest, checkpoint, proof) ? 200 : 422 };
}

/** One of the keys has, and a line of none of them is wrong. */
function isSignedByTrusted(note: Note, keys: readonly NoteVerifier[]): boolean {
  const signing = keys.filter((key) => linesOf(note, key).length > 0);
  return signing.length > 0 && signing.every((key) => isSignedBy(note, key));
}
