import { answerOnce } from '#access';
import { AppError, rfc3339, type Clock, type Database } from '#platform';
import type { SyncLog, SyncLogActor, SyncLogEntryInput } from '#synclog';
import { lockItem, markForRerun, readItem, type QuarantineItem, type Units } from '../adapters/quarantine-store';

export interface RerunRequest {
  actor: SyncLogActor;
  idempotencyKey: string;
  itemId: string;
  /** Communes of who asks; null or absent = all. Another commune's item is as unknown as none. */
  units?: Units;
}

/** The item as the request left it; instants as RFC 3339. */
export type RequestedRerun = Omit<QuarantineItem, 'firstSeen' | 'lastSeen'> & { firstSeen: string; lastSeen: string };

/** Has a quarantined item run again by the worker, from its stored bytes (CONTRACTS §2): `open` → `rerun`.
 *  @throws AppError 404 `quarantine-item-unknown`, 409 `quarantine-item-not-open` (with `state`), 409 `idempotency-conflict` */
export async function requestRerun(
  { actor, idempotencyKey, itemId, units = null }: RerunRequest,
  deps: { db: Database; clock: Clock; syncLog: SyncLog },
): Promise<RequestedRerun> {
  const once = {
    clientId: actor.id,
    key: idempotencyKey,
    request: { operation: 'quarantine.rerun', itemId },
    at: deps.clock.now(),
  };
  return deps.db.run((tx) =>
    answerOnce(tx, once, async () => {
      const state = await lockItem(tx, itemId, units);
      if (state === undefined)
        throw new AppError({ code: 'quarantine-item-unknown', disposition: 'refuse', status: 404 });
      if (state !== 'open') throw notOpen(state);
      await markForRerun(tx, itemId);
      const { firstSeen, lastSeen, ...item } = (await readItem(tx, itemId)) as QuarantineItem;
      await deps.syncLog.append(tx, [rerunEntry(item, actor)]);
      return { ...item, firstSeen: rfc3339(firstSeen), lastSeen: rfc3339(lastSeen) };
    }),
  );
}

/** Who has an item run again. */
export function rerunEntry(
  item: Pick<QuarantineItem, 'id' | 'source' | 'stage' | 'reasonCode' | 'codes'>,
  actor: SyncLogActor,
): SyncLogEntryInput {
  const { id: itemId, source: partner, stage, reasonCode } = item;
  return {
    kind: 'item.rerun',
    actor,
    codes: Object.values(item.codes),
    partner,
    detail: { itemId, stage, reasonCode },
  };
}

function notOpen(state: string): AppError {
  return new AppError({
    code: 'quarantine-item-not-open',
    disposition: 'refuse',
    status: 409,
    detail: `only an open item is run again, this one is ${state}`,
    extra: { state },
  });
}
