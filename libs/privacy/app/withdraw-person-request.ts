import { answerOnce, requestRefused, requestState, withdrawalRefusal } from '#access';
import type { Tx } from '#platform';
import { lockPersonRequest, withdrawPersonRequest as writeWithdrawal } from '../adapters/person-request-store';
import type { PersonRequest } from '../domain/person-request';
import type { ActingViewer, PrivacyDeps } from '../ports';
import {
  isSeen,
  PERSON_REQUEST,
  requestUnknown,
  toldPersonRequest,
  type ToldPersonRequest,
} from './ask-person-request';

type Deps = Pick<PrivacyDeps, 'db' | 'clock' | 'syncLog'>;

/** Who asked takes the request back: nobody can approve it any more, and nothing is exported or erased by it. Nobody else can: who is
 *  against it does not approve it. An approved one stays: an erasure has happened, and an export may have been taken.
 *  @throws AppError 403 `not-own-request`; 404 `person-request-unknown`; 409 `request-not-open`, `request-expired` (with `state`),
 *  `idempotency-conflict` */
export async function withdrawPersonRequest(
  requestId: string,
  by: ActingViewer,
  deps: Deps,
): Promise<ToldPersonRequest> {
  const at = deps.clock.now();
  const request = { operation: 'person.withdraw', requestId };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at };
  return deps.db.run((tx) => answerOnce(tx, once, () => withdraw(tx, requestId, { by, at }, deps)));
}

async function withdraw(
  tx: Tx,
  requestId: string,
  { by, at }: { by: ActingViewer; at: Date },
  { syncLog }: Deps,
): Promise<ToldPersonRequest> {
  const request = await lockPersonRequest(tx, requestId);
  if (!request || !(await isSeen(request, by, tx))) throw requestUnknown();
  const refusal = withdrawalRefusal(request, { by: by.actor.id, now: at });
  if (refusal) throw requestRefused(refusal, requestState(request, at));
  const withdrawn: PersonRequest = { ...request, state: 'withdrawn', withdrawnAt: at };
  await writeWithdrawal(tx, withdrawn);
  await syncLog.append(tx, [
    {
      kind: 'person-request.withdrawn',
      actor: by.actor,
      operation: `person.${request.kind}`,
      purpose: PERSON_REQUEST,
      detail: { requestId, setDigest: request.setDigest, count: request.dossiers.length },
    },
  ]);
  return toldPersonRequest(withdrawn, at);
}
