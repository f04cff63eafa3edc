import { readArchivedBundle } from '../../archive/app/archived-bundle';
import type { LogSource } from '../../archive/ports';
import { entriesOf } from '../../tlog/entry-bundle';
import { TILE_WIDTH } from '../../tlog/tiles';
import { readStoredLeaves, type LeafRow } from '../adapters/leaf-store';

/** Entries at these leaves, in the order given, from the database or the archive; those that no entry has are left out.
 *  @throws AppError 410 `sync-log-archived` when one of them is in the archive, and that is not at hand */
export async function readLeaves(source: LogSource, indexes: readonly number[]): Promise<LeafRow[]> {
  const stored = await readStoredLeaves(source.tx, indexes);
  if (stored.length === indexes.length) return stored;
  const found = new Map(stored.map(({ index, bytes }) => [index, bytes]));
  const bundles = new Set(indexes.filter((index) => !found.has(index)).map((index) => Math.floor(index / TILE_WIDTH)));
  for (const bundle of bundles) {
    const bytes = await readArchivedBundle(source, bundle);
    if (bytes === undefined) continue;
    entriesOf(bytes).forEach((entry, place) => found.set(bundle * TILE_WIDTH + place, entry));
  }
  return indexes.flatMap((index) => {
    const bytes = found.get(index);
    return bytes === undefined ? [] : [{ index, bytes }];
  });
}
