import type { Tx } from '#platform';

export type DecisionEventState = 'waiting' | 'applied' | 'conflict' | 'quarantined';

/** A polled decision as it was stored, before or after it was applied. */
export interface DecisionEvent {
  /** Id of the message that keeps its bytes. */
  id: string;
  position: number;
  /** Keyed digest of the row: tells whether a position was used twice. */
  rowDigest: Buffer;
  /** Salted digest of the sealed row. */
  contentDigest: Buffer;
  rawRef: string;
  codes: { dvclt?: string; oneStop?: string };
  tries: number;
  /** Since when it cannot be applied; null before the first try. */
  failedSince: Date | null;
}

export type NewDecisionEvent = Omit<DecisionEvent, 'tries' | 'failedSince'> & { state: DecisionEventState };

export async function insertDecisionEvents(tx: Tx, events: readonly NewDecisionEvent[], at: Date): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    ...event,
    rowDigest: event.rowDigest.toString('base64'),
    contentDigest: event.contentDigest.toString('base64'),
  }));
  await tx.execute(
    `insert into decision_event (position, id, row_digest, content_digest, raw_ref, codes, state, seen_at, next_try_at)
     select r.position, r.id, decode(r."rowDigest", 'base64'), decode(r."contentDigest", 'base64'), r."rawRef", r.codes, r.state, $2, $2
     from jsonb_to_recordset($1::jsonb) as r(position bigint, id uuid, "rowDigest" text, "contentDigest" text, "rawRef" uuid, codes jsonb, state text)`,
    [JSON.stringify(rows), at],
  );
}

/** Digests of the rows that were stored at these positions. */
export async function readRowDigests(tx: Tx, positions: readonly number[]): Promise<Map<number, Buffer>> {
  const rows = await tx.query<{ position: string; rowDigest: Buffer }>(
    `select position, row_digest as "rowDigest" from decision_event where position = any($1::bigint[])`,
    [positions],
  );
  return new Map(rows.map((row) => [Number(row.position), row.rowDigest]));
}

const COLUMNS = `e.id, e.position::float8 as position, e.row_digest as "rowDigest", e.content_digest as "contentDigest", e.raw_ref as "rawRef", e.codes, e.tries, e.failed_since as "failedSince"`;

/** An event waits behind every earlier one that shares a code with it: decisions of one dossier go in order. */
const IS_HEAD = `not exists (select 1 from decision_event b where b.state = 'waiting' and b.position < e.position and b.codes->>'dvclt' = e.codes->>'dvclt')
  and not exists (select 1 from decision_event b where b.state = 'waiting' and b.position < e.position and b.codes->>'oneStop' = e.codes->>'oneStop')`;

/** Events that may be tried now, in order; locked until the transaction ends. */
export async function lockDueEvents(tx: Tx, now: Date, limit: number): Promise<DecisionEvent[]> {
  return tx.query<DecisionEvent>(
    `select ${COLUMNS} from decision_event e where e.state = 'waiting' and e.next_try_at <= $1 and ${IS_HEAD}
     order by e.position limit $2 for update of e`,
    [now, limit],
  );
}

/** One event, whatever became of it, locked; undefined while an earlier one of its dossier waits. */
export async function lockEvent(tx: Tx, id: string): Promise<DecisionEvent | undefined> {
  const rows = await tx.query<DecisionEvent>(
    `select ${COLUMNS} from decision_event e where e.id = $1 and ${IS_HEAD} for update of e`,
    [id],
  );
  return rows[0];
}

export async function endEvent(tx: Tx, id: string, state: DecisionEventState): Promise<void> {
  await tx.execute(`update decision_event set state = $2 where id = $1`, [id, state]);
}

export async function postponeEvent(
  tx: Tx,
  id: string,
  { at, nextTryAt }: { at: Date; nextTryAt: Date },
): Promise<void> {
  await tx.execute(
    `update decision_event set tries = tries + 1, failed_since = coalesce(failed_since, $2), next_try_at = $3 where id = $1 and state = 'waiting'`,
    [id, at, nextTryAt],
  );
}

/** True for the message of a stored position; others (no position, a used one) have no event. */
export async function hasEvent(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query(`select 1 from decision_event where id = $1`, [id])).length > 0;
}
