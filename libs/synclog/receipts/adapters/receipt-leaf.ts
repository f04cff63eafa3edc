import type { Queryable } from '#platform';
import { leafHash } from '../../tlog/tree-hash';
import type { Receipt } from '../domain/receipt';

/** An entry is written in the transaction of its receipt, shortly before it. */
const NEAR = 1_000;

/** One statement for each: a plan that is made once (ADR 5) would read the whole log for a dossier, whose entries never reach the limit. */
const BEFORE = (condition: string): string => `
select l.leaf_index as index, e.bytes from synclog_entry e join synclog_leaf l on l.entry_id = e.id
where e.id < $1 ${condition} order by e.id desc limit ${NEAR}`;

/** The leaf that was noted when the entry was archived, where the tree has this hash there: the note alone could be anybody's who may write a receipt. */
const NOTED = `
select r.leaf_index as index from receipt r
where r.id = $1 and exists (
  select 1 from (
    select hashes from synclog_tile where level = 0 and tile_index = r.leaf_index / 256
    union all select partials[1] from synclog_head where id = 1 and size / 256 = r.leaf_index / 256
  ) tile
  where encode(substring(tile.hashes from (r.leaf_index % 256)::integer * 32 + 1 for 32), 'base64') = $2)`;

interface LeafRow {
  index: string;
  bytes: Buffer;
}

/** The place in the log of the entry that a receipt speaks of; undefined while it is not numbered. */
export async function findReceiptLeaf(tx: Queryable, receipt: Receipt): Promise<number | undefined> {
  const { id, dossierId, leafHash: named } = receipt;
  const [noted] = await tx.query<{ index: string }>(NOTED, [id, named]);
  if (noted !== undefined) return Number(noted.index);
  const rows =
    dossierId === null
      ? await tx.query<LeafRow>(BEFORE(''), [id])
      : await tx.query<LeafRow>(BEFORE('and e.dossier_id = $2'), [id, dossierId]);
  const own = rows.find(({ bytes }) => leafHash(bytes).toString('base64') === named);
  return own && Number(own.index);
}
