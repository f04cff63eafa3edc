import type { Queryable, Tx } from '#platform';

/** Those of the dossiers that the run's list has told of, with whether they were counted as differing. */
export async function readSeen(
  tx: Queryable,
  reconciliationId: string,
  dossierIds: readonly string[],
): Promise<Map<string, boolean>> {
  if (dossierIds.length === 0) return new Map();
  const rows = await tx.query<{ dossierId: string; differs: boolean }>(
    `select s.dossier_id as "dossierId", s.differs from reconciliation_seen s
     where s.reconciliation_id = $1 and s.dossier_id = any($2::uuid[])`,
    [reconciliationId, dossierIds],
  );
  return new Map(rows.map(({ dossierId, differs }) => [dossierId, differs]));
}

/** A dossier on two pages is written once; that it differs is not forgotten. */
export function writeSeen(
  tx: Tx,
  reconciliationId: string,
  dossiers: readonly { dossierId: string; differs: boolean }[],
): void {
  if (dossiers.length === 0) return;
  tx.send(
    `insert into reconciliation_seen as s (reconciliation_id, dossier_id, differs)
     select $1, r."dossierId", r.differs from jsonb_to_recordset($2::jsonb) as r ("dossierId" uuid, differs boolean)
     on conflict (reconciliation_id, dossier_id) do update set differs = true where excluded.differs and not s.differs`,
    [reconciliationId, JSON.stringify(dossiers)],
  );
}

/** Rows of one round: a long list must not outlast the statement. */
const FORGOTTEN_AT_ONCE = 20_000;

/** Forgets what the lists of runs that have ended told of.
 *  Race: several workers forget at once; each passes over the rows that another has. @returns how many rows; there may be more when it is not 0 */
export async function forgetSeen(tx: Queryable): Promise<number> {
  return tx.execute(
    `delete from reconciliation_seen s using (
       select f.reconciliation_id, f.dossier_id from reconciliation r
       cross join lateral (
         select x.reconciliation_id, x.dossier_id from reconciliation_seen x where x.reconciliation_id = r.id limit $1 for update skip locked) f
       where r.state in ('finished', 'stopped') limit $1
     ) gone where s.reconciliation_id = gone.reconciliation_id and s.dossier_id = gone.dossier_id`,
    [FORGOTTEN_AT_ONCE],
  );
}
