import type { Database, Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { isAnythingHeld, lockDraining, readCanary, updateHold } from '../adapters/hold-store';
import type { ClaimedDelivery } from '../domain/attempt';
import { canaryResult, drainAfter, drainAllowance, type Hold } from '../domain/hold';
import { HOLD_EVENTS } from '../domain/hold-events';
import { claimLanes, type ClaimOptions } from './claim-lanes';
import { recordHold, type HoldRecordDeps } from './hold-record';
import { afterRelease } from './release-hold';

const BY_SYSTEM: SyncLogActor = { id: 'courier', type: 'system' };

/** Claims lanes that released holds let go: the canary, then as many as the rate allows, oldest first; begins the drain of a planned
 *  window whose end has passed, puts a hold in force again whose canary did not get through, and ends the drain when nothing waits. The row's
 *  lock makes the rate that of all workers together; a worker that finds it taken leaves the hold to the other. */
export async function claimFromHolds(
  db: Database,
  options: ClaimOptions,
  deps: HoldRecordDeps,
): Promise<ClaimedDelivery[]> {
  return db.run(async (tx) => {
    const claims: ClaimedDelivery[] = [];
    for (const hold of await lockDraining(tx, options.partner, options.now)) {
      const room = { ...options, maxLanes: options.maxLanes - claims.length };
      claims.push(...(await drain(tx, hold, room, deps)));
    }
    return claims;
  });
}

async function drain(tx: Tx, hold: Hold, options: ClaimOptions, deps: HoldRecordDeps): Promise<ClaimedDelivery[]> {
  switch (hold.state) {
    case 'in-force':
      return beginDrain(tx, hold, options, deps);
    case 'canary':
      return afterCanary(tx, hold, options, deps);
    case 'draining':
      return takeAllowed(tx, hold, options, deps);
    case 'over':
      return [];
  }
}

/** The window's end has passed: it is released as a person would. */
async function beginDrain(tx: Tx, hold: Hold, options: ClaimOptions, deps: HoldRecordDeps): Promise<ClaimedDelivery[]> {
  const released = afterRelease(hold, {}, { by: 'calendar', now: options.now });
  await updateHold(tx, released, options.now);
  const record = { kind: 'hold.released', event: HOLD_EVENTS.released, hold: released, actor: BY_SYSTEM } as const;
  await recordHold(tx, record, deps);
  return drain(tx, released, options, deps);
}

async function afterCanary(
  tx: Tx,
  hold: Hold,
  options: ClaimOptions,
  deps: HoldRecordDeps,
): Promise<ClaimedDelivery[]> {
  const result = canaryResult(hold.canaryId === null ? undefined : await readCanary(tx, hold.canaryId));
  switch (result) {
    case 'under-way':
      return [];
    case 'none':
      return takeCanary(tx, hold, options, deps);
    case 'passed': {
      const draining: Hold = { ...hold, state: 'draining', drainFrom: options.now, drained: 0 };
      await updateHold(tx, draining, options.now);
      return takeAllowed(tx, draining, options, deps);
    }
    case 'failed': {
      const again: Hold = {
        ...hold,
        state: 'in-force',
        endsAt: null,
        releasedAt: null,
        releasedBy: null,
        canaryId: null,
      };
      await updateHold(tx, again, options.now);
      const record = { kind: 'hold.reinstated', event: HOLD_EVENTS.reinstated, hold: again, actor: BY_SYSTEM } as const;
      await recordHold(tx, record, deps);
      return [];
    }
  }
}

async function takeCanary(tx: Tx, hold: Hold, options: ClaimOptions, deps: HoldRecordDeps): Promise<ClaimedDelivery[]> {
  const claims = await claimLanes(tx, { ...options, maxLanes: Math.min(1, options.maxLanes), drains: hold });
  const [canary] = claims;
  if (canary === undefined) await endIfEmpty(tx, hold, options, deps);
  else await updateHold(tx, { ...hold, canaryId: canary.deliveryId }, options.now);
  return claims;
}

async function takeAllowed(
  tx: Tx,
  hold: Hold,
  options: ClaimOptions,
  deps: HoldRecordDeps,
): Promise<ClaimedDelivery[]> {
  const maxLanes = Math.min(options.maxLanes, drainAllowance(hold, options.now));
  if (maxLanes <= 0) return [];
  const claims = await claimLanes(tx, { ...options, maxLanes, drains: hold });
  if (claims.length > 0)
    await updateHold(tx, { ...hold, ...drainAfter(hold, claims.length, options.now) }, options.now);
  if (claims.length < maxLanes) await endIfEmpty(tx, hold, options, deps);
  return claims;
}

/** What another hold stops too is not waited for: it is that one's. */
async function endIfEmpty(tx: Tx, hold: Hold, options: ClaimOptions, deps: HoldRecordDeps): Promise<void> {
  if (await isAnythingHeld(tx, hold, options.now)) return;
  const over: Hold = { ...hold, state: 'over' };
  await updateHold(tx, over, options.now);
  await recordHold(tx, { kind: 'hold.ended', event: HOLD_EVENTS.ended, hold: over, actor: BY_SYSTEM }, deps);
}
