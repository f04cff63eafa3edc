import { answerOnce } from '#access';
import { AppError, type Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { lockHold, readHold, updateHold } from '../adapters/hold-store';
import type { Hold } from '../domain/hold';
import { HOLD_EVENTS } from '../domain/hold-events';
import { recordHold } from './hold-record';
import type { HoldDeps } from './place-hold';

export interface ReleaseRequest {
  holdId: string;
  /** Lanes a second; null = no limit; absent = as the hold says. */
  ratePerSecond?: number | null;
  /** One lane goes first, and the others only when it got through. @default true */
  canary?: boolean;
}

/** Lets what a hold stopped go on, in order; on a hold that drains already it changes the rate. A window that has not begun is called off.
 *  Ring `outbox` and `lanes` after this.
 *  @throws AppError 404 `hold-unknown`; 409 `hold-not-in-force` (with `state`), `idempotency-conflict` */
export async function releaseHold(
  request: ReleaseRequest,
  by: { actor: SyncLogActor; idempotencyKey: string },
  deps: HoldDeps,
): Promise<Hold> {
  const once = {
    clientId: by.actor.id,
    key: by.idempotencyKey,
    request: { releaseHold: { canary: true, ...request } },
    at: deps.clock.now(),
  };
  return deps.db.run(async (tx) => {
    await answerOnce(tx, once, async () => {
      await release(tx, request, by.actor, deps);
      return { holdId: request.holdId };
    });
    return (await readHold(tx, request.holdId)) as Hold;
  });
}

async function release(tx: Tx, request: ReleaseRequest, actor: SyncLogActor, deps: HoldDeps): Promise<void> {
  const hold = await lockHold(tx, request.holdId);
  if (hold === undefined)
    throw new AppError({ code: 'hold-unknown', disposition: 'refuse', status: 404, detail: 'no hold with this id' });
  if (hold.state === 'over')
    throw new AppError({
      code: 'hold-not-in-force',
      disposition: 'refuse',
      status: 409,
      detail: 'this hold is over',
      extra: { state: hold.state },
    });
  const now = deps.clock.now();
  const released = afterRelease(hold, request, { by: actor.id, now });
  await updateHold(tx, released, now);
  await recordHold(tx, { kind: 'hold.released', event: HOLD_EVENTS.released, hold: released, actor }, deps);
}

/** The hold as a person's release leaves it. A window that has not begun, and the hold of a single lane, need no drain. */
export function afterRelease(
  hold: Hold,
  { ratePerSecond, canary = true }: Pick<ReleaseRequest, 'ratePerSecond' | 'canary'>,
  { by, now }: { by: string; now: Date },
): Hold {
  const releasePerSecond = ratePerSecond === undefined ? hold.releasePerSecond : ratePerSecond;
  const released = { ...hold, releasedAt: now, releasedBy: by, releasePerSecond, drainFrom: now, drained: 0 };
  if (hold.startsAt > now || hold.dossierId !== undefined) return { ...released, state: 'over' };
  if (canary && hold.state !== 'draining') return { ...released, state: 'canary' };
  return { ...released, state: 'draining' };
}
