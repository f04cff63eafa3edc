import type { Client } from 'pg';
import type { Plant } from './plants';
import { oneStopCodeOf, type LedgerLine } from './witness-partner';

/** Where a plant was put. */
export interface PlantedAt {
  dossierId: string;
  /** The row at fault, where it belongs to no dossier. */
  subject: string | null;
}

/** Puts a violation into the database and the ledger, with the owner's rights and without the guards of foreign keys.
 *  @throws Error when a statement finds no row: a plant that takes no root would prove nothing */
export async function putPlant(
  owner: Client,
  { sql, ledger }: Plant,
  { dvclt, lines }: { dvclt: string; lines: LedgerLine[] },
): Promise<PlantedAt> {
  const found = await owner.query<{ id: string }>(
    `select dossier_id as id from dossier_code where system = 'dvclt' and code = $1`,
    [dvclt],
  );
  const dossierId = found.rows[0]?.id ?? 'none';
  let subject: string | null = null;
  for (const statement of sql?.split(';') ?? []) {
    const { rows, rowCount } = await owner.query<{ subject?: string }>(
      statement.replaceAll('$id', `'${dossierId}'`).replaceAll('$code', `'${dvclt}'`),
    );
    if (rowCount === 0) throw new Error(`this plant found no ground: ${statement}`);
    subject = rows[0]?.subject ?? null;
  }
  ledger?.(lines, { dvclt, oneStop: oneStopCodeOf(dvclt) });
  return { dossierId, subject };
}
