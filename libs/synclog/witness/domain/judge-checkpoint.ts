import { isConsistent, type TreeHead } from '../../tlog/proofs';
import { isSignedBy, type NoteVerifier } from '../../tlog/signed-note';
import type { AddCheckpointRequest } from './add-checkpoint-request';

/** What this witness knows of the log that a request names. */
interface KnownLog {
  /** The key that it trusts for this log; undefined for a log that nobody has told it of. */
  key: NoteVerifier | undefined;
  /** What it has cosigned last; the empty tree before the first time. */
  latest: TreeHead;
}

/** The answer to a request (C2SP tlog-witness). 200 is a promise to cosign. */
export type Verdict = { status: 200 | 400 | 403 | 404 | 422 } | { status: 409; size: number };

/** Whether a checkpoint goes on from what was cosigned last. */
export function judgeCheckpoint(request: AddCheckpointRequest, { key, latest }: KnownLog): Verdict {
  const { oldSize, proof, note, checkpoint } = request;
  if (key === undefined) return { status: 404 };
  if (!isSignedBy(note, key)) return { status: 403 };
  if (oldSize > checkpoint.size) return { status: 400 };
  if (oldSize !== latest.size) return { status: 409, size: latest.size };
  return { status: isConsistent(latest, checkpoint, proof) ? 200 : 422 };
}
