import type { Queryable, Tx } from '#platform';
import type { WebhookRow } from '../domain/webhook';

interface StoredRow {
  id: string;
  position: string;
  state: WebhookRow['state'];
  reason_code: string | null;
  failures: number;
  failure_code: string | null;
  failing_since: Date | null;
  post_after: Date;
  last_success_at: Date | null;
  key_id: string | null;
}

const COLUMNS =
  'id, position, state, reason_code, failures, failure_code, failing_since, post_after, last_success_at, key_id';

/** Makes the row of a webhook that is new in the configuration.
 *  @param startAfter null = behind the newest event */
export async function placeWebhook(tx: Queryable, id: string, startAfter: number | null, now: Date): Promise<void> {
  await tx.execute(
    `insert into webhook (id, position, state, post_after)
     select $1, coalesce($2, next_position - 1), 'running', $3 from sequencer where id = 1
     on conflict (id) do nothing`,
    [id, startAfter, now],
  );
}

export async function readWebhookRows(tx: Queryable, ids: readonly string[]): Promise<WebhookRow[]> {
  const rows = await tx.query<StoredRow>(`select ${COLUMNS} from webhook where id = any($1) order by id`, [ids]);
  return rows.map(rowOf);
}

export interface Lease {
  id: string;
  owner: string;
  leaseMs: number;
}

/** Takes the webhook for this worker, or undefined while another has it, it is stopped, or it is not time yet.
 *  Race: two workers that would post the same position. The lease is judged by the database's clock alone. */
export async function claimWebhook(tx: Queryable, lease: Lease, now: Date): Promise<WebhookRow | undefined> {
  const [row] = await tx.query<StoredRow>(
    `update webhook set lease_owner = $2, lease_until = now() + $3::integer * interval '1 ms'
     where id = $1 and state = 'running' and post_after <= $4
       and (lease_owner is null or lease_owner = $2 or lease_until < now())
     returning ${COLUMNS}`,
    [lease.id, lease.owner, lease.leaseMs, now],
  );
  return row && rowOf(row);
}

/** False when the lease has ended or the webhook was stopped: nothing more may be posted. */
export async function renewLease(tx: Queryable, { id, owner, leaseMs }: Lease): Promise<boolean> {
  const renewed = await tx.execute(
    `update webhook set lease_until = now() + $3::integer * interval '1 ms'
     where id = $1 and lease_owner = $2 and lease_until > now() and state = 'running'`,
    [id, owner, leaseMs],
  );
  return renewed === 1;
}

export interface Progress {
  from: number;
  to: number;
  failures: number;
  failureCode: string | null;
  failingSince: Date | null;
  postAfter: Date;
  /** Null: nothing got through now. */
  lastSuccessAt: Date | null;
}

/** Compare-and-set: a worker that froze finds the webhook moved by another and leaves it as it is. */
export async function saveProgress(
  tx: Queryable,
  { id, owner }: Omit<Lease, 'leaseMs'>,
  progress: Progress,
): Promise<boolean> {
  const { from, to, failures, failureCode, failingSince, postAfter, lastSuccessAt } = progress;
  const saved = await tx.execute(
    `update webhook set position = $4, failures = $5, failing_since = $6, post_after = $7,
       last_success_at = coalesce($8, last_success_at), failure_code = $9,
       lease_owner = case when $5 = 0 then lease_owner end, lease_until = case when $5 = 0 then lease_until end
     where id = $1 and lease_owner = $2 and position = $3`,
    [id, owner, from, to, failures, failingSince, postAfter, lastSuccessAt, failureCode],
  );
  return saved === 1;
}

export async function releaseLease(tx: Queryable, { id, owner }: Omit<Lease, 'leaseMs'>): Promise<void> {
  await tx.execute('update webhook set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2', [
    id,
    owner,
  ]);
}

/** False when it was stopped already, or is not there. Whoever posts for it finds its lease gone. */
export async function stopWebhookRow(tx: Tx, id: string, reasonCode: string): Promise<boolean> {
  const stopped = await tx.execute(
    `update webhook set state = 'stopped', reason_code = $2, lease_owner = null, lease_until = null
     where id = $1 and state = 'running'`,
    [id, reasonCode],
  );
  return stopped === 1;
}

/** False when it was not stopped. */
export async function resumeWebhookRow(tx: Tx, id: string, now: Date): Promise<boolean> {
  const resumed = await tx.execute(
    `update webhook set state = 'running', reason_code = null, failures = 0, failure_code = null, failing_since = null, post_after = $2
     where id = $1 and state = 'stopped'`,
    [id, now],
  );
  return resumed === 1;
}

/** Moves a stopped webhook past its head. False when it is not stopped, the head is another position, or nothing is there yet.
 *  Race: two persons who skip the same event; the second one meets another head. No worker moves it: the stop took the lease. */
export async function skipHead(tx: Tx, id: string, position: number): Promise<boolean> {
  const skipped = await tx.execute(
    `update webhook w set position = $2::bigint from sequencer s
     where w.id = $1 and w.state = 'stopped' and w.position = $2::bigint - 1 and s.id = 1 and $2::bigint < s.next_position`,
    [id, position],
  );
  return skipped === 1;
}

/** False when it is the key that was noted before. */
export async function noteKey(tx: Tx, id: string, keyId: string): Promise<boolean> {
  return (
    (await tx.execute('update webhook set key_id = $2 where id = $1 and key_id is distinct from $2', [id, keyId])) === 1
  );
}

function rowOf(row: StoredRow): WebhookRow {
  return {
    id: row.id,
    position: Number(row.position),
    state: row.state,
    reasonCode: row.reason_code,
    failures: row.failures,
    failureCode: row.failure_code,
    failingSince: row.failing_since,
    postAfter: row.post_after,
    lastSuccessAt: row.last_success_at,
    keyId: row.key_id,
  };
}
