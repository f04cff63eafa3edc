import { answerOnce } from '#access';
import type { Clock, Database, Tx } from '#platform';
import type { SyncLog } from '#synclog';
import { lockItems, setState, type SelectedItem } from '../adapters/quarantine-groups';
import type { SkippedItem } from '../domain/give-up-request';
import type { Acting } from './request-give-up';
import { select, type QuarantineSelection } from './quarantine-selection';
import { rerunEntry } from './request-rerun';

export interface RerunSelectionDeps {
  db: Database;
  clock: Clock;
  syncLog: SyncLog;
  /** Items of a group that one request takes. @default 1_000 */
  maxItems?: number;
}

/** What one request came to. */
export interface TakenForRerun {
  /** Ids of the items that this request took, and no other. */
  taken: readonly string[];
  skipped: readonly SkippedItem[];
  /** Open items of the group that are left for the next request. */
  remaining: number;
}

/** Has one, some or a whole group of open items run again by the worker, from their stored bytes: `open` → `rerun`. What is not open is
 *  left and named. Two at once: each item is taken by one of them.
 *  @throws AppError 404 `quarantine-group-unknown`, 409 `idempotency-conflict` */
export async function rerunSelection(
  selection: QuarantineSelection,
  by: Acting,
  deps: RerunSelectionDeps,
): Promise<TakenForRerun> {
  const once = {
    clientId: by.actor.id,
    key: by.idempotencyKey,
    request: { operation: 'quarantine.rerun-many', ...selection },
    at: deps.clock.now(),
  };
  return deps.db.run((tx) => answerOnce(tx, once, () => take(tx, selection, by, deps)));
}

async function take(
  tx: Tx,
  selection: QuarantineSelection,
  { actor, units = null }: Acting,
  { syncLog, maxItems }: RerunSelectionDeps,
): Promise<TakenForRerun> {
  const { ids, remaining } = await select(tx, selection, { units, ...(maxItems === undefined ? {} : { maxItems }) });
  const locked = new Map((await lockItems(tx, ids, units)).map((item) => [item.id, item]));
  const open = ids.map((id) => locked.get(id)).filter((item) => item?.state === 'open') as SelectedItem[];
  const taken = open.map(({ id }) => id);
  await setState(tx, taken, 'rerun');
  await syncLog.append(
    tx,
    open.map((item) => rerunEntry(item, actor)),
  );
  return { taken, skipped: ids.flatMap((id) => skippedOf(id, locked.get(id))), remaining };
}

function skippedOf(id: string, item: SelectedItem | undefined): SkippedItem[] {
  if (item === undefined) return [{ id, why: 'unknown', state: null }];
  return item.state === 'open' ? [] : [{ id, why: 'not-open', state: item.state }];
}
