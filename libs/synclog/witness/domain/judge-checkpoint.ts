import { isConsistent, type TreeHead } from '../../tlog/proofs';
import { isSignedBy, linesOf, type Note } from '../../tlog/signed-note';
import type { AddCheckpointRequest } from './add-checkpoint-request';
import type { TrustedKey } from './trusted-key';

/** What this witness knows of the log that a request names. */
interface KnownLog {
  /** The keys that it trusts for this log; none for a log that nobody has told it of. */
  keys: readonly TrustedKey[];
  /** What it has cosigned last; the empty tree before the first time. */
  latest: TreeHead;
}

/** The answer to a request (C2SP tlog-witness). 200 is a promise to cosign. */
export type Verdict = { status: 200 | 400 | 403 | 404 | 422 } | { status: 409; size: number };

/** Whether a checkpoint goes on from what was cosigned last. */
export function judgeCheckpoint(request: AddCheckpointRequest, { keys, latest }: KnownLog): Verdict {
  const { oldSize, proof, note, checkpoint } = request;
  if (keys.length === 0) return { status: 404 };
  if (!isSignedByTrusted(note, checkpoint.size, keys)) return { status: 403 };
  if (oldSize > checkpoint.size) return { status: 400 };
  if (oldSize !== latest.size) return { status: 409, size: latest.size };
  return { status: isConsistent(latest, checkpoint, proof) ? 200 : 422 };
}

/** One of the keys has that may at this size, and a line of none of them is wrong. Above the size at which it was replaced a key counts only beside the next
 *  one, which signs each of those: who has stolen it goes on with nothing. */
function isSignedByTrusted(note: Note, size: number, keys: readonly TrustedKey[]): boolean {
  const signing = keys.filter(({ verifier }) => linesOf(note, verifier).length > 0);
  const mayCount = signing.some(({ upTo }) => upTo === undefined || size <= upTo);
  return mayCount && signing.every(({ verifier }) => isSignedBy(note, verifier));
}
