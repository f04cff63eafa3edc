import { PARTNER_IDS, type PartnerId } from '#dossier';
import type { Clock, Database, Ids, Log, Tx } from '#platform';
import type { SyncLog } from '#synclog';
import { readClosed } from '../adapters/facts-store';
import { findOpen, insertReconciliation, type NewReconciliation } from '../adapters/reconciliation-store';
import { forgetSeen } from '../adapters/seen-store';
import { readSchedule, rememberDaily } from '../adapters/schedule-store';
import { lowestIdAt } from '../domain/id-window';
import type { ReconciliationPolicy } from '../domain/reconciliation-policy';
import { missedSlots, slotAt } from '../domain/slots';
import { recordSkipped } from './reconciliation-record';

const DAY_MS = 86_400_000;
/** Missed days that are written down one by one. */
const MAX_MISSED = 31;

export interface StartDueDeps {
  db: Database;
  policy: ReconciliationPolicy;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
  log: Log;
}

type Row = NewReconciliation & { slot: Date };

/** Makes the daily runs that are due, of partners that have dossiers. One that cannot be made is written down as skipped, as are the days on which no worker
 *  was there: a skipped run is no clean result, and alarms. Any worker may ask at any time: the slot is the guard. Forgets what ended runs remembered.
 *  @returns how many rows were written */
export async function startDue(deps: StartDueDeps): Promise<number> {
  const { db, policy, clock } = deps;
  const now = clock.now();
  const slot = slotAt(now, policy.dailyAt);
  const daily = PARTNER_IDS.filter((partner) => policy.partners[partner].daily);
  await rememberDaily(db, daily, now);
  const due = await readSchedule(db, daily, { slot, firstBehind: lowestIdAt(slot) });
  let written = 0;
  for (const { partner, last } of due) written += await startOne(partner, { slot, last, now }, deps);
  await forgetSeen(db);
  return written;
}

async function startOne(
  partner: PartnerId,
  { slot, last, now }: { slot: Date; last: Date | null; now: Date },
  deps: StartDueDeps,
): Promise<number> {
  const closed = await readClosed(deps.db, partner, now);
  const row = (reasonCode: string | null): Row => rowOf({ partner, slot, now }, reasonCode, deps);
  return deps.db.run(async (tx) => {
    let written = 0;
    for (const missed of missedSlots(last, slot, MAX_MISSED))
      written += await insertSkipped(tx, rowOf({ partner, slot: missed, now }, 'no-worker', deps), deps);
    if (closed !== undefined) return written + (await insertSkipped(tx, row(closed), deps));
    if (await insertReconciliation(tx, row(null))) return written + 1;
    // Not written: one of the partner has not ended yet, or another worker was faster, whose row the slot then has.
    if ((await findOpen(tx, partner)) === undefined) return written;
    return written + (await insertSkipped(tx, row('still-running'), deps));
  });
}

function rowOf(
  { partner, slot, now }: { partner: PartnerId; slot: Date; now: Date },
  reasonCode: string | null,
  { ids, policy }: StartDueDeps,
): Row {
  const isSkipped = reasonCode !== null;
  return {
    id: ids.next(),
    partner,
    cause: 'schedule',
    slot,
    state: isSkipped ? 'skipped' : 'queued',
    from: new Date(slot.getTime() - policy.partners[partner].windowDays * DAY_MS),
    to: slot,
    requestedBy: null,
    requestedAt: now,
    endedAt: isSkipped ? now : null,
    reasonCode,
  };
}

async function insertSkipped(tx: Tx, row: Row, { syncLog, log }: StartDueDeps): Promise<number> {
  if (!(await insertReconciliation(tx, row))) return 0;
  const { id, partner, slot, reasonCode } = row;
  await recordSkipped(tx, row, syncLog);
  log.warn('reconciliation.skipped', { reconciliationId: id, partner, reasonCode, slot: slot.toISOString() });
  return 1;
}
