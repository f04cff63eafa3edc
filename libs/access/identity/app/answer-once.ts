import { canonicalBytes, sha256, type Tx } from '#platform';
import { bindAnswer, findBoundAnswer, type KeyUse } from '../adapters/bound-answers';

export interface IdempotentRequest {
  clientId: string;
  /** `Idempotency-Key` of the request. */
  key: string;
  /** What is asked for; equal = same RFC 8785 form (CONTRACTS §2). */
  request: unknown;
  at: Date;
}

/** Runs `work` once per (client, key) and gives its answer again to an equal request. Only what returns binds the key; what throws does not.
 *  The transaction's lock on the key makes a concurrent twin wait for the first one's commit.
 *  @throws AppError 409 `idempotency-conflict` when the key was used for something else */
export async function answerOnce<T extends object>(
  tx: Tx,
  request: IdempotentRequest,
  work: () => Promise<T>,
): Promise<T> {
  const use = useOf(request);
  const bound = await findBoundAnswer(tx, use);
  if (bound) return bound as T;
  const response = await work();
  bindAnswer(tx, { ...use, status: 200, response, at: request.at });
  return response;
}

/** The answer that an equal request got before, for what must happen in a transaction of its own before `answerOnce`.
 *  @throws AppError 409 `idempotency-conflict` */
export async function answeredBefore<T extends object>(tx: Tx, request: IdempotentRequest): Promise<T | undefined> {
  return (await findBoundAnswer(tx, useOf(request))) as T | undefined;
}

function useOf({ clientId, key, request }: IdempotentRequest): KeyUse {
  return { clientId, key, requestDigest: sha256(canonicalBytes(request)) };
}
