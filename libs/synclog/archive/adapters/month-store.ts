import { codeOf, type Queryable, type Tx } from '#platform';

/** A month of the log that the database holds: a partition. */
export interface LogMonth {
  /** `YYYY-MM` in Viet Nam. */
  month: string;
  /** Table that holds its entries; the first one also those of all months before. */
  partition: string;
  /** First id after the month. */
  endId: string;
}

/** The months that the database holds, the oldest first. */
export function readMonths(tx: Queryable): Promise<LogMonth[]> {
  return tx.query<LogMonth>(`select month, partition, end_id as "endId" from synclog_month order by end_id`);
}

/** What a month takes in the database. */
export interface MonthSize {
  month: string;
  /** As PostgreSQL's statistics count them. */
  entries: number;
  /** With indexes. */
  bytes: number;
}

/** The months with their sizes, the oldest first; nothing is counted. */
export async function measureMonths(tx: Queryable): Promise<MonthSize[]> {
  const rows = await tx.query<Record<keyof MonthSize, string>>(
    `select m.month, pg_stat_get_live_tuples(c.oid) as entries, pg_total_relation_size(c.oid) as bytes
     from synclog_month m join pg_class c on c.oid = to_regclass(m.partition) order by m.end_id`,
  );
  return rows.map(({ month, entries, bytes }) => ({ month, entries: Number(entries), bytes: Number(bytes) }));
}

/** Makes the months that come, and again one that has left the database when entries came for it since. Takes no lock when there is nothing to make.
 *  @param ahead how many after this one @returns how many were made
 *  @throws with SQLSTATE 55P03 or 40P01 when somebody holds the table: nothing was made, and it can be tried again later. Not soon, since whoever
 *  reads the log waits behind it for a moment */
export async function makeMonths(tx: Queryable, ahead: number): Promise<number> {
  const [{ made }] = await tx.query<{ made: number }>(`select synclog_make_months($1) as made`, [ahead]);
  return made;
}

/** What the partition of a month holds. */
export interface MonthExtent {
  entries: number;
  /** Of these, those that have no leaf. */
  unnumbered: number;
  /** The highest leaf; -1 where there is none. */
  lastLeaf: number;
}

/** Reads the whole month. */
export async function readExtentOf(tx: Queryable, { partition }: LogMonth): Promise<MonthExtent> {
  const [row] = await tx.query<{ entries: string; unnumbered: string; lastLeaf: string | null }>(
    `select count(*) as entries, count(*) filter (where l.leaf_index is null) as unnumbered, max(l.leaf_index) as "lastLeaf"
     from ${partition} e left join synclog_leaf l on l.entry_id = e.id`,
  );
  return { entries: Number(row.entries), unnumbered: Number(row.unnumbered), lastLeaf: Number(row.lastLeaf ?? -1) };
}

/** No months are made, and nobody writes into this one any more, until the transaction ends; it is still read. */
export function closeMonth(tx: Tx, { partition }: LogMonth): void {
  tx.send(`select set_config('lock_timeout', '5s', true)`);
  tx.send('lock table synclog_month in share row exclusive mode');
  tx.send(`lock table ${partition} in share mode`);
}

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = '55P03';

/** Nobody reads or writes the log until the transaction ends. Who asks for that makes all others wait behind a long reader: so it is asked for a moment only.
 *  @returns whether it was had */
export async function lockLog(tx: Tx): Promise<boolean> {
  await tx.execute('savepoint unlocked');
  try {
    await tx.execute(`select set_config('lock_timeout', '150ms', true)`);
    await tx.execute('lock table only synclog_entry in access exclusive mode');
    return true;
  } catch (error) {
    if (codeOf(error) !== LOCK_TIMEOUT) throw error;
    await tx.execute('rollback to savepoint unlocked');
    return false;
  }
}

/** Notes for each receipt that speaks of an entry of the month where that stands in the log: the entry itself will not be there to be looked for. */
export async function noteReceipts(tx: Tx, { partition }: LogMonth): Promise<number> {
  return tx.execute(
    `update receipt r set leaf_index = l.leaf_index from ${partition} e join synclog_leaf l on l.entry_id = e.id
     where r.leaf_index is null and e.dossier_id is not distinct from r.dossier_id
       and r.body->>'leafHash' = encode(sha256('\\x00'::bytea || e.bytes), 'base64')`,
  );
}

/** Takes the entries of a month out of the database. */
export async function dropMonth(tx: Tx, { month, partition }: LogMonth): Promise<void> {
  await tx.execute(`drop table ${partition}`);
  await tx.execute(`delete from synclog_month where month = $1`, [month]);
}
