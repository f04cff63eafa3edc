import type { Queryable } from '#platform';

export interface LeafRow {
  index: number;
  bytes: Buffer;
}

/** Entries at these leaves that the database holds, in the order given. */
export async function readStoredLeaves(tx: Queryable, indexes: readonly number[]): Promise<LeafRow[]> {
  if (indexes.length === 0) return [];
  const rows = await tx.query<{ index: string; bytes: Buffer }>(
    `select l.leaf_index as index, e.bytes from unnest($1::bigint[]) with ordinality as n (leaf_index, place)
     join synclog_leaf l on l.leaf_index = n.leaf_index join synclog_entry e on e.id = l.entry_id order by n.place`,
    [indexes],
  );
  return rows.map(({ index, bytes }) => ({ index: Number(index), bytes }));
}

/** Those of these leaves whose entries were written at this instant or later. An entry gets its id right after its time, so that no older id is wanted. */
export async function readWrittenSince(tx: Queryable, indexes: readonly number[], since: Date): Promise<number[]> {
  const rows = await tx.query<{ index: string }>(
    `select leaf_index as index from synclog_leaf where leaf_index = any($1::bigint[]) and entry_id >= synclog_first_id($2)`,
    [indexes, since],
  );
  return rows.map(({ index }) => Number(index));
}
