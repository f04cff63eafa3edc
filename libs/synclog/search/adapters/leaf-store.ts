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
