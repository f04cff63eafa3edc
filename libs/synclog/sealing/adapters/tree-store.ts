import type { Queryable, Tx } from '#platform';
import type { FullTile, TreeEdge } from '../../tlog/grow-tree';
import type { Checkpoint } from '../../tlog/checkpoint';
import type { TreeHead } from '../../tlog/proofs';

/** The tree as it is stored: size and root, and its right edge. */
export interface StoredHead extends TreeHead, TreeEdge {
  root: Buffer;
}

interface HeadRow {
  size: string;
  root: Buffer;
  partials: Buffer[];
}

const HEAD = 'select size, root, partials from synclog_head where id = 1';

export async function readHead(tx: Queryable): Promise<StoredHead> {
  return headOf(await tx.query<HeadRow>(HEAD));
}

/** The same under the row's lock: who holds it grows the tree. */
export async function lockHead(tx: Tx): Promise<StoredHead> {
  return headOf(await tx.query<HeadRow>(`${HEAD} for update`));
}

function headOf([row]: readonly HeadRow[]): StoredHead {
  if (!row) throw new Error('the head of the sync log is missing: run the migrations');
  return { size: Number(row.size), root: row.root, partials: row.partials };
}

/** Bytes of the entries from this leaf on, in their order, without a gap. */
export async function readEntries(tx: Queryable, { from, to }: { from: number; to: number }): Promise<Buffer[]> {
  const rows = await tx.query<{ index: string; bytes: Buffer }>(
    `select l.leaf_index as index, e.bytes from synclog_leaf l join synclog_entry e on e.id = l.entry_id
     where l.leaf_index >= $1 and l.leaf_index < $2 order by l.leaf_index`,
    [from, to],
  );
  const gap = rows.findIndex(({ index }, at) => Number(index) !== from + at);
  return rows.slice(0, gap === -1 ? rows.length : gap).map(({ bytes }) => bytes);
}

export function writeTree(tx: Tx, { size, root, partials }: StoredHead, full: readonly FullTile[]): void {
  tx.send('update synclog_head set size = $1, root = $2, partials = $3 where id = 1', [size, root, partials]);
  if (full.length === 0) return;
  tx.send(
    `insert into synclog_tile (level, tile_index, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
    [full.map(({ level }) => level), full.map(({ index }) => index), full.map(({ hashes }) => hashes)],
  );
}

/** A full tile; undefined when it is not there. */
export async function readTile(tx: Queryable, level: number, index: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ hashes: Buffer }>(
    'select hashes from synclog_tile where level = $1 and tile_index = $2',
    [level, index],
  );
  return row?.hashes;
}

export interface SignedCheckpoint extends Checkpoint {
  /** With its signatures. */
  note: string;
  signedAt: Date;
}

/** Written once for a size: another sealer may have been faster. */
export async function insertCheckpoint(
  tx: Queryable,
  { size, root, note, signedAt }: Omit<SignedCheckpoint, 'origin'>,
): Promise<void> {
  await tx.query(
    'insert into synclog_checkpoint (size, root, note, signed_at) values ($1, $2, $3, $4) on conflict do nothing',
    [size, root, note, signedAt],
  );
}

/** A checkpoint as it is stored, with the cosignatures that it has by now. */
const CHECKPOINT = `
select c.size, c.note || coalesce(
  (select string_agg(k.line, '' order by k.witness) from synclog_cosignature k where k.size = c.size), '') as note
from synclog_checkpoint c`;

/** The newest one that was published; undefined before the first. */
export async function readNewestCheckpoint(tx: Queryable): Promise<PublishedCheckpoint | undefined> {
  return publishedOf(await tx.query<PublishedRow>(`${CHECKPOINT} order by c.size desc limit 1`));
}

/** The one of this size; undefined when there is none. */
export async function readCheckpoint(tx: Queryable, size: number): Promise<PublishedCheckpoint | undefined> {
  return publishedOf(await tx.query<PublishedRow>(`${CHECKPOINT} where c.size = $1`, [size]));
}

/** `note` with all signatures. */
interface PublishedCheckpoint {
  size: number;
  note: string;
}

interface PublishedRow {
  size: string;
  note: string;
}

function publishedOf([row]: readonly PublishedRow[]): PublishedCheckpoint | undefined {
  return row && { size: Number(row.size), note: row.note };
}
