import { readArchivedBundle } from '../../archive/app/archived-bundle';
import type { LogSource } from '../../archive/ports';
import { entriesOf } from '../../tlog/entry-bundle';
import { TILE_WIDTH } from '../../tlog/tiles';
import { readStoredLeaves, readWrittenSince, type LeafRow } from '../adapters/leaf-store';

/** Entries at these leaves, in the order given, from the database or the archive; those that no entry has are left out.
 *  @param since entries from before are not wanted: they may be left out where that spares a look into the archive
 *  @throws AppError 410 `sync-log-archived` when one of them is in the archive, and that is not at hand */
export async function readLeaves(source: LogSource, indexes: readonly number[], since?: Date): Promise<LeafRow[]> {
  const stored = await readStoredLeaves(source.tx, indexes);
  if (stored.length === indexes.length) return stored;
  const found = new Map(stored.map(({ index, bytes }) => [index, bytes]));
  const missing = indexes.filter((index) => !found.has(index));
  const wanted = since === undefined ? missing : await readWrittenSince(source.tx, missing, since);
  for (const [bundle, leaves] of byBundle(wanted)) {
    const bytes = await readArchivedBundle(source, bundle);
    if (bytes === undefined) continue;
    const entries = entriesOf(bytes);
    // A copy: the rest of the bundle goes.
    for (const leaf of leaves) found.set(leaf, Buffer.from(entries[leaf % TILE_WIDTH]));
  }
  return indexes.flatMap((index) => {
    const bytes = found.get(index);
    return bytes === undefined ? [] : [{ index, bytes }];
  });
}

function byBundle(leaves: readonly number[]): Map<number, number[]> {
  const bundles = new Map<number, number[]>();
  for (const leaf of leaves) {
    const bundle = Math.floor(leaf / TILE_WIDTH);
    bundles.set(bundle, [...(bundles.get(bundle) ?? []), leaf]);
  }
  return bundles;
}
