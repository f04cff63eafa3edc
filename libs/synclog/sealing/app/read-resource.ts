import type { Queryable } from '#platform';
import { entryBundle } from '../../tlog/entry-bundle';
import { widthAt, TILE_WIDTH, type TileName } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { readEntries, readHead, readTile } from '../adapters/tree-store';

/** A tile or an entry bundle of the sealed log, in any width that its tree has had: a partial one is the begin of what is there now.
 *  @returns undefined when the tree has not grown so far */
export async function readResource(tx: Queryable, name: TileName): Promise<Buffer | undefined> {
  const { level, index, width } = name;
  const head = await readHead(tx);
  if (width > widthAt(name, head.size)) return undefined;
  if (level === 'entries') {
    const from = index * TILE_WIDTH;
    const entries = await readEntries(tx, { from, to: from + width });
    if (entries.length < width) throw new Error(`entries of the sync log are missing from ${from + entries.length} on`);
    return entryBundle(entries);
  }
  const isPartial = widthAt(name, head.size) < TILE_WIDTH;
  const tile = isPartial ? head.partials[level] : await readTile(tx, level, index);
  if (tile === undefined) throw new Error(`the tile ${index} of level ${level} of the sync log is missing`);
  return tile.subarray(0, width * HASH_BYTES);
}
