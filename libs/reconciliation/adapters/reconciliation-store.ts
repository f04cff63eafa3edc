import type { PartnerId } from '#dossier';
import type { Queryable, Tx } from '#platform';
import type { Failures } from '../domain/patience';
import type { Reached } from '../domain/reached';
import type { Reconciliation, ReconciliationState } from '../domain/reconciliation';

const COLUMNS = `r.id, r.partner, r.cause, r.state, r.window_from as "from", r.window_to as "to", r.requested_by as "requestedBy",
  r.requested_at as "requestedAt", r.started_at as "startedAt", r.ended_at as "endedAt",
  jsonb_build_object('agreed', r.agreed, 'differing', r.differing, 'unreadable', r.unreadable, 'notLookedAt', r.not_looked_at, 'calls', r.calls) as counts,
  r.because as "notLookedAtBecause", r.reason_code as "reasonCode", r.stopped_by as "stoppedBy", r.failure_code as "failureCode",
  r.list_failed as "listFailed"`;
const OF_WORKER = `r.reached, r.failures, r.throttled, r.throttled_since as "throttledSince", r.fence::text as fence`;

/** A row that is written first: a run that is due, or one that was skipped. */
export type NewReconciliation = Pick<
  Reconciliation,
  'id' | 'partner' | 'cause' | 'state' | 'from' | 'to' | 'requestedBy' | 'requestedAt' | 'endedAt' | 'reasonCode'
> & {
  /** Time by schedule that it stands for; null on demand. */
  slot: Date | null;
};

/** Races: two persons ask at once, or two workers find the same time due. The second waits on the unique index and writes nothing.
 *  @returns whether it was written: false when one of the partner is open, or the slot has its row */
export async function insertReconciliation(tx: Queryable, row: NewReconciliation): Promise<boolean> {
  const written = await tx.execute(
    `insert into reconciliation (id, partner, cause, slot, state, window_from, window_to, requested_by, requested_at, ended_at, reason_code)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [
      row.id,
      row.partner,
      row.cause,
      row.slot,
      row.state,
      row.from,
      row.to,
      row.requestedBy,
      row.requestedAt,
      row.endedAt,
      row.reasonCode,
    ],
  );
  return written > 0;
}

/** Undefined when there is none. */
export async function readReconciliation(tx: Queryable, id: string): Promise<Reconciliation | undefined> {
  const [row] = await tx.query<Reconciliation>(`select ${COLUMNS} from reconciliation r where r.id = $1`, [id]);
  return row;
}

/** As `readReconciliation`, and nobody else changes it until the transaction ends. */
export async function lockReconciliation(tx: Tx, id: string): Promise<LockedRun | undefined> {
  const [row] = await tx.query<LockedRun>(
    `select ${COLUMNS}, ${OF_WORKER}, r.lease_owner as "leaseOwner", r.slot
     from reconciliation r where r.id = $1 for update`,
    [id],
  );
  return row;
}

export interface ReconciliationFilter {
  /** Null = any, as all below. */
  partner: PartnerId | null;
  state: ReconciliationState | null;
  /** Id; only older ones. */
  after: string | null;
  limit: number;
}

/** Newest first. */
export async function readReconciliations(
  tx: Queryable,
  { partner, state, after, limit }: ReconciliationFilter,
): Promise<Reconciliation[]> {
  return tx.query<Reconciliation>(
    `select ${COLUMNS} from reconciliation r
     where ($1::text is null or r.partner = $1) and ($2::text is null or r.state = $2) and ($3::uuid is null or r.id < $3)
     order by r.id desc limit $4`,
    [partner, state, after, limit],
  );
}

/** The partner's run that has not ended. */
export async function findOpen(tx: Queryable, partner: PartnerId): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `select id from reconciliation where partner = $1 and state in ('queued','running')`,
    [partner],
  );
  return row?.id;
}

/** A run with what its worker needs beside. */
export interface Run extends Reconciliation, Failures {
  reached: Reached | null;
  /** Of the lease: a step that began under another one writes nothing. */
  fence: string;
}

export interface LockedRun extends Run {
  leaseOwner: string | null;
  slot: Date | null;
}

/** The runs that this worker has and that are due, after taking those that nobody has or whose owner is silent. A renewal keeps the fence; who takes over
 *  moves it. */
export async function leaseRuns(
  tx: Queryable,
  { workerId, now, leaseMs }: { workerId: string; now: Date; leaseMs: number },
): Promise<Run[]> {
  const at = (ms: number): Date => new Date(now.getTime() + ms);
  await tx.execute(
    `update reconciliation r set lease_owner = $1, lease_until = $3,
       fence = case when r.lease_owner = $1 and r.lease_until > $2 then r.fence else r.fence + 1 end
     where r.id in (
       select x.id from reconciliation x
       where x.state in ('queued','running') and (x.lease_owner is null or x.lease_until <= $2 or (x.lease_owner = $1 and x.lease_until <= $4))
       order by x.id for update skip locked limit 8
     )`,
    [workerId, now, at(leaseMs), at(leaseMs / 2)],
  );
  return tx.query<Run>(
    `select ${COLUMNS}, ${OF_WORKER} from reconciliation r
     where r.state in ('queued','running') and r.lease_owner = $1 and r.lease_until > $2 and (r.retry_at is null or r.retry_at <= $2)
     order by r.id`,
    [workerId, now],
  );
}

/** Gives back what this worker holds. */
export async function releaseRuns(tx: Queryable, workerId: string): Promise<void> {
  await tx.execute(
    `update reconciliation set lease_owner = null, lease_until = null where lease_owner = $1 and state in ('queued','running')`,
    [workerId],
  );
}

/** What a step writes of its run; the caller holds the row's lock. */
export async function updateRun(tx: Tx, run: Run & { retryAt: Date | null }): Promise<void> {
  const { counts } = run;
  await tx.execute(
    `update reconciliation set state = $2, started_at = $3, ended_at = $4, agreed = $5, differing = $6, unreadable = $7, not_looked_at = $8,
       calls = $9, because = $10, failures = $11, retry_at = $12, reached = $13, reason_code = $14, stopped_by = $15,
       failure_code = $16, list_failed = $17, throttled = $18, throttled_since = $19,
       lease_owner = case when $4::timestamptz is null then lease_owner end, lease_until = case when $4::timestamptz is null then lease_until end
     where id = $1`,
    [
      run.id,
      run.state,
      run.startedAt,
      run.endedAt,
      counts.agreed,
      counts.differing,
      counts.unreadable,
      counts.notLookedAt,
      counts.calls,
      JSON.stringify(run.notLookedAtBecause),
      run.failures,
      run.retryAt,
      run.reached === null ? null : JSON.stringify(run.reached),
      run.reasonCode,
      run.stoppedBy,
      run.failureCode,
      run.listFailed,
      run.throttled,
      run.throttledSince,
    ],
  );
}
