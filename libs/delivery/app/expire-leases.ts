import type { Ids, Tx } from '#platform';
import type { SyncLog, SyncLogEntryInput } from '#synclog';
import { WORKER_SILENCE_MS } from '../domain/lease';

import { refreshLanes } from './refresh-lanes';

export interface ExpireDeps {
  ids: Ids;
  syncLog: Pick<SyncLog, 'append'>;
  now: Date;
  /** @default 500 lanes a call */
  limit?: number;
}

interface LostLease {
  partner: string;
  dossierId: string;
  fence: string;
  leaseOwner: string;
}

interface LostDelivery {
  deliveryId: string;
  partner: string;
  dossierId: string;
  operation: string;
  unit: string;
  procedure: string;
  attempts: number;
  lastKnownAt: Date;
}

/** Takes the leases that ran out, and those of workers that have been silent for 10 s or are not registered. What was in flight may
 *  have been written: it becomes `unknown`, never a retry (law 2).
 *  @returns how many lanes were freed; ring `lanes` after the commit when it is not 0 */
export async function expireLeases(tx: Tx, deps: ExpireDeps): Promise<number> {
  const lost = await tx.query<LostLease>(
    `${LOST} and (l.lease_until <= $1 or w.id is null or w.heartbeat_at <= $2) ${IN_ORDER}`,
    [deps.now, new Date(deps.now.getTime() - WORKER_SILENCE_MS), deps.limit ?? 500],
  );
  return abandon(tx, lost, deps);
}

/** A worker whose exit its host saw loses its leases at once, all of them, and its row. */
export async function releaseWorker(tx: Tx, workerId: string, deps: ExpireDeps): Promise<number> {
  const lost = await tx.query<LostLease>(`${LOST} and l.lease_owner = $1 and $2::timestamptz is not null ${IN_ORDER}`, [
    workerId,
    deps.now,
    deps.limit ?? 100_000,
  ]);
  const freed = await abandon(tx, lost, deps);
  await tx.execute('delete from worker where id = $1', [workerId]);
  return freed;
}

const LOST = `
select l.partner, l.dossier_id as "dossierId", l.fence::text as fence, l.lease_owner as "leaseOwner"
from lane l left join worker w on w.id = l.lease_owner
where l.lease_owner is not null`;
/** Skipping what is locked: it is being settled at this moment, or another host is expiring it. */
const IN_ORDER = 'order by l.partner, l.dossier_id limit $3 for update of l skip locked';

async function abandon(tx: Tx, lost: readonly LostLease[], deps: ExpireDeps): Promise<number> {
  if (lost.length === 0) return 0;
  const deliveries = await markUnknown(tx, lost, deps.now);
  await recordAttempts(tx, deliveries, lost, deps);
  refreshLanes(
    tx,
    lost.map((lane) => ({ ...lane, releaseAt: deps.now })),
  );
  await deps.syncLog.append(tx, deliveries.map(entryOf));
  return lost.length;
}

/** `last_attempt_at` is moved to now: a write under the lost lease cannot have started later, and *absent* is judged from there. */
async function markUnknown(tx: Tx, lost: readonly LostLease[], now: Date): Promise<LostDelivery[]> {
  return tx.query<LostDelivery>(
    `update delivery d
     set status = 'unknown', outcome = 'unknown', reason_code = 'lease.expired', due_at = $3, last_attempt_at = $3
     from (
       select head.id, head.last_known_at from unnest($1::text[], $2::uuid[]) as k (partner, dossier_id)
       cross join lateral (
         select x.id, coalesce(x.last_attempt_at, x.first_attempt_at) as last_known_at from delivery x
         where x.partner = k.partner and x.dossier_id = k.dossier_id and x.status in ('in-flight', 'unknown')
         order by x.caused_seq, x.replay_number, x.step limit 1
       ) head
     ) h
     where d.id = h.id
     returning d.id as "deliveryId", d.partner, d.dossier_id as "dossierId", d.operation, d.unit, d.procedure, d.attempts,
               h.last_known_at as "lastKnownAt"`,
    [lost.map((lane) => lane.partner), lost.map((lane) => lane.dossierId), now],
  );
}

async function recordAttempts(
  tx: Tx,
  deliveries: readonly LostDelivery[],
  lost: readonly LostLease[],
  deps: ExpireDeps,
): Promise<void> {
  const leases = new Map(lost.map((lane) => [`${lane.partner} ${lane.dossierId}`, lane]));
  const rows = deliveries.map((one) => {
    const lease = leases.get(`${one.partner} ${one.dossierId}`);
    return {
      id: deps.ids.next(),
      delivery_id: one.deliveryId,
      number: one.attempts,
      worker: lease?.leaseOwner,
      fence: lease?.fence,
      started_at: one.lastKnownAt,
    };
  });
  await tx.execute(
    `insert into attempt (id, delivery_id, number, kind, worker, fence, started_at, ended_at, outcome, wire, reason_code)
     select r.id, r.delivery_id, r.number, 'call', r.worker, r.fence, r.started_at, $2, 'unknown', 'written', 'lease.expired'
     from jsonb_to_recordset($1::jsonb) as r (id uuid, delivery_id uuid, number integer, worker text, fence bigint, started_at timestamptz)`,
    [JSON.stringify(rows), deps.now],
  );
}

function entryOf(one: LostDelivery): SyncLogEntryInput {
  return {
    kind: 'attempt.settled',
    actor: { id: 'courier', type: 'system' },
    dossierId: one.dossierId,
    partner: one.partner,
    operation: one.operation,
    unit: one.unit,
    procedure: one.procedure,
    outcome: 'unknown',
    detail: { deliveryId: one.deliveryId, attempt: one.attempts, reasonCode: 'lease.expired' },
  };
}
