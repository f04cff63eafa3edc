import type { Queryable } from '#platform';
import { leafHash } from '../../tlog/tree-hash';
import type { Receipt } from '../domain/receipt';

/** An entry is written in the transaction of its receipt, shortly before it. */
const NEAR = 1_000;

/** The place in the log of the entry that a receipt speaks of; undefined while it is not numbered. */
export async function findReceiptLeaf(tx: Queryable, receipt: Receipt): Promise<number | undefined> {
  const rows = await tx.query<{ index: string; bytes: Buffer }>(
    `select l.leaf_index as index, e.bytes from synclog_entry e join synclog_leaf l on l.entry_id = e.id
     where e.id < $1 and ($2::uuid is null or e.dossier_id = $2) order by e.id desc limit ${NEAR}`,
    [receipt.id, receipt.dossierId],
  );
  const own = rows.find(({ bytes }) => leafHash(bytes).toString('base64') === receipt.leafHash);
  return own && Number(own.index);
}
