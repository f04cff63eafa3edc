import { answerOnce, requestRefused, requestState, withdrawalRefusal } from '#access';
import type { Tx } from '#platform';
import { lockRequest, withdrawRequest } from '../adapters/quarantine-request-store';
import type { GiveUpRequest } from '../domain/give-up-request';
import { toldRequest, type Acting, type GiveUpDeps, type ToldRequest } from './request-give-up';
import { requestUnknown } from './request-unknown';

/** Who asked takes the request back: nobody can approve it any more, and its items stay as they are. Nobody else can: who is against it
 *  does not approve it.
 *  @throws AppError 403 `not-own-request`; 404 `quarantine-request-unknown`; 409 `request-not-open`, `request-expired` (with `state`),
 *  `idempotency-conflict` */
export async function withdrawGiveUp(requestId: string, by: Acting, deps: GiveUpDeps): Promise<ToldRequest> {
  const once = {
    clientId: by.actor.id,
    key: by.idempotencyKey,
    request: { operation: 'quarantine.withdraw', requestId },
    at: deps.clock.now(),
  };
  return deps.db.run((tx) => answerOnce(tx, once, () => withdraw(tx, requestId, by, deps)));
}

async function withdraw(
  tx: Tx,
  requestId: string,
  { actor, units = null }: Acting,
  { clock, syncLog }: GiveUpDeps,
): Promise<ToldRequest> {
  const now = clock.now();
  const request = await lockRequest(tx, requestId, units);
  if (!request) throw requestUnknown();
  const refusal = withdrawalRefusal(request, { by: actor.id, now });
  if (refusal) throw requestRefused(refusal, requestState(request, now));
  const withdrawn: GiveUpRequest = { ...request, state: 'withdrawn', withdrawnAt: now };
  await withdrawRequest(tx, withdrawn);
  const { setDigest, items } = request;
  await syncLog.append(tx, [
    { kind: 'give-up.withdrawn', actor, detail: { requestId, setDigest, count: items.length } },
  ]);
  return toldRequest(withdrawn, now);
}
