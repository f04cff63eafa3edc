import { bindAnswer, findBoundAnswer } from '#access';
import { canonicalBytes, type AppError, type Tx } from '#platform';
import { inContractOrder, type Receipt } from '#synclog';
import type { IntakeDeps } from './intake-deps';

/** A request that a client may send twice (law 5). */
export interface OnceRequest {
  clientId: string;
  /** `Idempotency-Key` as given. */
  idempotencyKey: string;
  /** Operation, path parts and body: equal means the same RFC 8785 form. */
  content: unknown;
}

/** A receipt, or a refusal that is written down but binds no key: only 2xx answers do (CONTRACTS §2). */
export type OnceAnswer = { receipt: Receipt } | { refusal: AppError };

/** Runs `work` unless the same request was answered before: then that answer is given again. `work` runs in the same
 *  transaction; a refusal it returns is committed (its sync log entry counts) and thrown after the commit.
 *  @throws AppError `idempotency-conflict` (409) when the key was used for another request */
export async function answerOnce(
  request: OnceRequest,
  deps: Pick<IntakeDeps, 'db' | 'vault' | 'clock'>,
  work: (tx: Tx) => Promise<OnceAnswer>,
): Promise<Receipt> {
  // Keyed, since a plain digest of a body with a name and a number could be found by trying.
  const requestDigest = deps.vault.dedupDigest(canonicalBytes(request.content));
  const use = { clientId: request.clientId, key: request.idempotencyKey, requestDigest };
  const answer = await deps.db.run(async (tx): Promise<OnceAnswer> => {
    const bound = await findBoundAnswer(tx, use);
    if (bound) return { receipt: inContractOrder(bound as Receipt) };
    const fresh = await work(tx);
    if ('receipt' in fresh) bindAnswer(tx, { ...use, status: 202, response: fresh.receipt, at: deps.clock.now() });
    return fresh;
  });
  if ('refusal' in answer) throw answer.refusal;
  return answer.receipt;
}
