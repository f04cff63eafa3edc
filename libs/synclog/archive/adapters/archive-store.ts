import type { Queryable, Tx } from '#platform';

/** A month that was archived, or is about to be. */
export interface ArchivedMonth {
  /** `YYYY-MM` in Viet Nam. */
  month: string;
  /** All entries of the month have a lower leaf index; a multiple of 256. */
  beforeLeaf: number;
}

interface ArchivedRow {
  month: string;
  beforeLeaf: string;
}

/** All months whose archiving was noted. */
export async function readArchived(tx: Queryable): Promise<ArchivedMonth[]> {
  const rows = await tx.query<ArchivedRow>(
    `select month, before_leaf as "beforeLeaf" from synclog_archive order by month`,
  );
  return rows.map(({ month, beforeLeaf }) => ({ month, beforeLeaf: Number(beforeLeaf) }));
}

/** The first month that may hold the entry of a leaf; undefined when it was not archived. */
export async function readMonthOfLeaf(tx: Queryable, leaf: number): Promise<string | undefined> {
  const [row] = await tx.query<{ month: string }>(
    `select month from synclog_archive where before_leaf > $1 order by month limit 1`,
    [leaf],
  );
  return row?.month;
}

/** Notes that a month is archived, and which entry says so. The last word counts. */
export function writeArchived(
  tx: Tx,
  { month, beforeLeaf, endId, entryId }: ArchivedMonth & { endId: string; entryId: string },
  at: Date,
): void {
  tx.send(
    `insert into synclog_archive (month, before_leaf, until_at, archived_at, entry_id)
     values ($1, $2, to_timestamp(('x' || left(replace($5::uuid::text, '-', ''), 12))::bit(48)::bigint / 1000.0), $3, $4)
     on conflict (month) do update set before_leaf = excluded.before_leaf, archived_at = excluded.archived_at, entry_id = excluded.entry_id`,
    [month, beforeLeaf, at, entryId, endId],
  );
}

/** Entries about archived months that no checkpoint of this size covers. */
export async function countUnsigned(tx: Queryable, size: number): Promise<number> {
  const [{ count }] = await tx.query<{ count: string }>(
    `select count(*) from synclog_archive a left join synclog_leaf l on l.entry_id = a.entry_id
     where l.leaf_index is null or l.leaf_index >= $1`,
    [size],
  );
  return Number(count);
}
