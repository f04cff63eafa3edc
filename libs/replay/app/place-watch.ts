import { answerOnce } from '#access';
import { AppError, holdsPersonalNumber } from '#platform';
import { insertWatch, lockWatch, readWatch, updateWatch } from '../adapters/watch-store';
import type { Selection } from '../domain/plan';
import type { Watch, WatchAction } from '../domain/watch';
import { resolveSelection, type PlanCaller, type PlanDeps } from './create-plan';

/** What a person asks for. */
export interface WatchRequest {
  /** A partner, a group of dead letters, or any other selection of them. */
  selection: Selection;
  action: WatchAction;
  reasonCode: string;
  /** Why, for colleagues. No personal data. */
  reason: string;
}

/** Watches dead letters until their cause is gone; their replay is then proposed, or starts by policy.
 *  @throws AppError 422 `replay-reason-unknown`, `replay-reason-personal`; 404 `group-unknown`, `dossier-unknown`; 409 `idempotency-conflict` */
export async function placeWatch(request: WatchRequest, by: PlanCaller, deps: PlanDeps): Promise<Watch> {
  const { policy, clock, ids, db, syncLog } = deps;
  const { reasonCode, reason, action } = request;
  if (!policy.reasonCodes.includes(reasonCode))
    throw refusal('replay-reason-unknown', 'reasonCode', `one of ${policy.reasonCodes.join(', ')}`);
  if (holdsPersonalNumber(reason))
    throw refusal('replay-reason-personal', 'reason', 'the reason looks as if it holds a person’s number');
  const now = clock.now();
  const asked = JSON.parse(JSON.stringify({ placeWatch: request })) as { placeWatch: { selection: Selection } };
  return db.run(async (tx) => {
    const once = { clientId: by.actor.id, key: by.idempotencyKey, request: asked, at: now };
    const { watchId } = await answerOnce(tx, once, async () => {
      const { selection } = asked.placeWatch;
      await resolveSelection(tx, selection, by.units, deps);
      const watch = { ...FRESH, id: ids.next(), selection, action, reasonCode, reason, units: by.units };
      await insertWatch(tx, { ...watch, placedBy: by.actor.id, placedAt: now });
      await syncLog.append(tx, [
        { kind: 'watch.placed', actor: by.actor, detail: { watchId: watch.id, operation: action, reasonCode } },
      ]);
      return { watchId: watch.id };
    });
    return (await readWatch(tx, watchId)) as Watch;
  });
}

/** Nothing happens any more when the cause is gone.
 *  @throws AppError 404 `watch-unknown`, 409 `watch-not-open`, `idempotency-conflict` */
export async function endWatch(watchId: string, by: PlanCaller, deps: PlanDeps): Promise<Watch> {
  const now = deps.clock.now();
  return deps.db.run(async (tx) => {
    const once = { clientId: by.actor.id, key: by.idempotencyKey, request: { endWatch: watchId }, at: now };
    await answerOnce(tx, once, async () => {
      const watch = await lockWatch(tx, watchId, by.units);
      if (!watch)
        throw new AppError({
          code: 'watch-unknown',
          disposition: 'refuse',
          status: 404,
          detail: 'no watch with this id',
        });
      if (watch.state !== 'watching')
        throw new AppError({
          code: 'watch-not-open',
          disposition: 'refuse',
          status: 409,
          detail: 'it does not watch any more',
          extra: { state: watch.state },
        });
      await updateWatch(tx, { ...watch, state: 'ended', endedBy: by.actor.id, endedAt: now });
      await deps.syncLog.append(tx, [{ kind: 'watch.ended', actor: by.actor, detail: { watchId } }]);
      return { watchId };
    });
    return (await readWatch(tx, watchId)) as Watch;
  });
}

const FRESH = {
  state: 'watching',
  successes: 0,
  probedAt: null,
  finding: null,
  planId: null,
  endedBy: null,
  endedAt: null,
} as const;

function refusal(code: string, field: string, detail: string): AppError {
  return new AppError({ code, disposition: 'refuse', status: 422, field, detail });
}
