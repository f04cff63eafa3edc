import type { Queryable } from '#platform';
import type { IdWindow } from '../domain/id-window';

/** Dossiers of a run's window that it has not looked at: neither told of by the list nor passed by the questions after it.
 *  @param after the last one that was asked for; null = none */
export async function countRest(
  tx: Queryable,
  run: { id: string; after: string | null },
  { from, to }: IdWindow,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from dossier d
     where d.id >= $2 and d.id < $3 and ($4::uuid is null or d.id > $4)
       and not exists (select from reconciliation_seen s where s.reconciliation_id = $1 and s.dossier_id = d.id)`,
    [run.id, from, to, run.after],
  );
  return row.count;
}

/** Whether the window has fewer dossiers than so many. */
export async function hasFewerThan(tx: Queryable, many: number, { from, to }: IdWindow): Promise<boolean> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from (select from dossier d where d.id >= $1 and d.id < $2 limit $3) first_ones`,
    [from, to, many],
  );
  return row.count < many;
}
