import type { Tx, Queryable } from '#platform';
import { inContractOrder, type Receipt } from '../domain/receipt';

export function insertReceipt(tx: Tx, receipt: Receipt, at: Date): void {
  tx.send(`insert into receipt (id, at, client_id, operation, dossier_id, body) values ($1, $2, $3, $4, $5, $6)`, [
    receipt.id,
    at,
    receipt.clientId,
    receipt.operation,
    receipt.dossierId,
    JSON.stringify(receipt),
  ]);
}

/** The receipt as it was given; absent for an unknown id. */
export async function findReceipt(tx: Queryable, id: string): Promise<Receipt | undefined> {
  const rows = await tx.query<{ body: Receipt }>(`select body from receipt where id = $1`, [id]);
  return rows[0] && inContractOrder(rows[0].body);
}
