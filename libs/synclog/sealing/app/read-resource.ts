import { readArchivedBundle } from '../../archive/app/archived-bundle';
import type { LogSource } from '../../archive/ports';
import { entriesOf, entryBundle } from '../../tlog/entry-bundle';
import { widthAt, TILE_WIDTH, type TileName } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { readEntries, readHead, readTile } from '../adapters/tree-store';

/** A tile or an entry bundle of the sealed log, in any width that its tree has had: a partial one is the begin of what is there now.
 *  @returns undefined when the tree has not grown so far
 *  @throws AppError 410 `sync-log-archived` for entries whose archive is not at hand */
export async function readResource(source: LogSource, name: TileName): Promise<Buffer | undefined> {
  const { tx } = source;
  const { level, index, width } = name;
  const head = await readHead(tx);
  if (width > widthAt(name, head.size)) return undefined;
  if (level === 'entries') return readBundle(source, index, width);
  const isPartial = widthAt(name, head.size) < TILE_WIDTH;
  const tile = isPartial ? head.partials[level] : await readTile(tx, level, index);
  if (tile === undefined) throw new Error(`the tile ${index} of level ${level} of the sync log is missing`);
  return tile.subarray(0, width * HASH_BYTES);
}

async function readBundle(source: LogSource, index: number, width: number): Promise<Buffer> {
  const from = index * TILE_WIDTH;
  const entries = await readEntries(source.tx, { from, to: from + width });
  if (entries.length === width) return entryBundle(entries);
  const archived = await readArchivedBundle(source, index);
  if (archived === undefined) throw new Error(`entries of the sync log are missing from ${from + entries.length} on`);
  return width === TILE_WIDTH ? archived : entryBundle(entriesOf(archived).slice(0, width));
}
