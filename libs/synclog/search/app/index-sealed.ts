import { AppError, type Queryable } from '#platform';
import { readMonthOfLeaf } from '../../archive/adapters/archive-store';
import { TILE_WIDTH } from '../../tlog/tiles';
import { readStoredLeaves } from '../adapters/leaf-store';
import { insertBundles, readExtent } from '../adapters/posting-store';
import { readLogged } from '../domain/logged-entry';
import { indexBundle, type IndexedBundle } from '../domain/postings';

/** Bundles of one statement: some ten milliseconds of work. */
const AT_ONCE = 4;

/** Indexes full bundles of the sealed log that are not indexed yet, the oldest first, each once whoever else does the same. Searches read what is
 *  sealed and not yet indexed themselves, so nothing waits for this.
 *  @param limit most bundles of one call
 *  @returns how many full bundles were left */
export async function indexSealed(tx: Queryable, limit: number): Promise<number> {
  const { size, indexed } = await readExtent(tx);
  const full = Math.floor(size / TILE_WIDTH);
  const end = Math.min(full, indexed + limit);
  for (let next = indexed; next < end; next += AT_ONCE) {
    const bundles: IndexedBundle[] = [];
    for (let bundle = next; bundle < Math.min(end, next + AT_ONCE); bundle += 1)
      bundles.push(await readBundle(tx, bundle));
    await insertBundles(tx, bundles);
  }
  return full - end;
}

async function readBundle(tx: Queryable, bundle: number): Promise<IndexedBundle> {
  const first = bundle * TILE_WIDTH;
  const leaves = await readStoredLeaves(
    tx,
    Array.from({ length: TILE_WIDTH }, (_, place) => first + place),
  );
  if (leaves.length < TILE_WIDTH) await assertNotArchived(tx, first);
  const byIndex = new Map(leaves.map(({ index, bytes }) => [index, bytes]));
  const entries = Array.from({ length: TILE_WIDTH }, (_, place) => {
    const bytes = byIndex.get(first + place);
    return bytes && readLogged(bytes);
  });
  return indexBundle(bundle, entries);
}

/** An index that was lost is not made again of holes: searches read what is not indexed, from the archive, too.
 *  @throws AppError `sync-log-archived` */
async function assertNotArchived(tx: Queryable, leaf: number): Promise<void> {
  const month = await readMonthOfLeaf(tx, leaf);
  if (month === undefined) return;
  const detail = `the entries of ${month} are in the archive and not in the index`;
  throw new AppError({ code: 'sync-log-archived', disposition: 'person', detail });
}
