import type { Queryable } from '#platform';
import { leafHash } from '../../tlog/tree-hash';
import type { Receipt } from '../domain/receipt';

/** An entry is written in the transaction of its receipt, shortly before it. */
const NEAR = 1_000;

/** One statement for each: a plan that is made once (ADR 5) would read the whole log for a dossier, whose entries never reach the limit. */
const BEFORE = (condition: string): string => `
select l.leaf_index as index, e.bytes from synclog_entry e join synclog_leaf l on l.entry_id = e.id
where e.id < $1 ${condition} order by e.id desc limit ${NEAR}`;

interface LeafRow {
  index: string;
  bytes: Buffer;
}

/** The place in the log of the entry that a receipt speaks of; undefined while it is not numbered. It was noted when the entry was archived. */
export async function findReceiptLeaf(tx: Queryable, receipt: Receipt): Promise<number | undefined> {
  const { id, dossierId } = receipt;
  const [noted] = await tx.query<{ index: string | null }>(`select leaf_index as index from receipt where id = $1`, [
    id,
  ]);
  if (noted?.index != null) return Number(noted.index);
  const rows =
    dossierId === null
      ? await tx.query<LeafRow>(BEFORE(''), [id])
      : await tx.query<LeafRow>(BEFORE('and e.dossier_id = $2'), [id, dossierId]);
  const own = rows.find(({ bytes }) => leafHash(bytes).toString('base64') === receipt.leafHash);
  return own && Number(own.index);
}
