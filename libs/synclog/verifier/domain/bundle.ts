import { hash } from 'node:crypto';
import { tilePath, TILE_WIDTH, widthAt, type TileName } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { FileReader } from '../ports';

const LENGTH_BYTES = 2;

/** The entry bundle of a tile in the width that the tree has; the full one where the partial one has gone. */
export function readBundle(
  source: FileReader,
  index: number,
  width: number,
): { bytes: Buffer; isFull: boolean } | undefined {
  for (const one of width === TILE_WIDTH ? [width] : [width, TILE_WIDTH]) {
    const bytes = source.read(tilePath({ level: 'entries', index, width: one }));
    if (bytes !== undefined) return { bytes, isFull: one === TILE_WIDTH };
  }
  return undefined;
}

/** The hashes of a tile as they are stored, in the width that the tree has; from the full one where the partial one has gone. */
export function readTile(source: FileReader, name: TileName): Buffer | undefined {
  const own = source.read(tilePath(name));
  if (own !== undefined || name.width === TILE_WIDTH) return own;
  return source.read(tilePath({ ...name, width: TILE_WIDTH }))?.subarray(0, name.width * HASH_BYTES);
}

/** Shows the entries of a bundle one after the other, up to where it is cut.
 *  @param look gets the place of the entry in the bundle and its bytes, and is asked for no more after `most` of them
 *  @returns how many there were, and where the last one ends */
export function forEachEntry(
  bundle: Buffer,
  look: (nth: number, entry: Buffer) => void,
  most = TILE_WIDTH,
): { count: number; end: number } {
  let [count, end] = [0, 0];
  for (; count < most; count += 1) {
    const from = end + LENGTH_BYTES;
    if (from > bundle.length) break;
    const to = from + bundle.readUInt16BE(end);
    if (to > bundle.length) break;
    look(count, bundle.subarray(from, to));
    end = to;
  }
  return { count, end };
}

/** The entry at a place of the log. @returns undefined when it is not there */
export function entryAt(source: FileReader, leaf: number, size: number): Buffer | undefined {
  const index = Math.floor(leaf / TILE_WIDTH);
  const read = readBundle(source, index, widthAt({ level: 0, index }, size));
  let found: Buffer | undefined;
  forEachEntry(read?.bytes ?? Buffer.alloc(0), (nth, entry) => {
    if (nth === leaf % TILE_WIDTH) found = entry;
  });
  return found;
}

/** Writes the leaf hashes of a bundle's entries, as many as `hashes` has room for, and shows each entry. It changes the bundle's bytes: the leaf
 *  hash wants a zero before the entry, which takes the place of its length, so that nothing is copied.
 *  @returns how many entries there were, and where the last one ends */
export function hashBundle(
  bundle: Buffer,
  hashes: Buffer,
  look?: (nth: number, entry: Buffer) => void,
): { count: number; end: number } {
  return forEachEntry(
    bundle,
    (nth, entry) => {
      const from = entry.byteOffset - bundle.byteOffset;
      bundle[from - 1] = 0;
      hash('sha256', bundle.subarray(from - 1, from + entry.length), 'buffer').copy(hashes, nth * HASH_BYTES);
      look?.(nth, entry);
    },
    hashes.length / HASH_BYTES,
  );
}

/** Leaf hashes of a bundle that must be whole; the bundle stays as it is.
 *  @returns undefined for a bundle of another number of entries, or with anything behind them */
export function wholeBundleHashes(bundle: Buffer, width: number): Buffer | undefined {
  const hashes = Buffer.alloc(width * HASH_BYTES);
  const { count, end } = hashBundle(Buffer.from(bundle), hashes);
  return count === width && end === bundle.length ? hashes : undefined;
}

/** Leaf hashes of the first entries of a tile; undefined when not all of them are there. */
export function leafHashesOf(
  source: FileReader,
  { tile, width, size }: { tile: number; width: number; size: number },
): Buffer | undefined {
  const hashes = Buffer.alloc(width * HASH_BYTES);
  const read = width > 0 ? readBundle(source, tile, widthAt({ level: 0, index: tile }, size)) : undefined;
  const count = read === undefined ? 0 : hashBundle(read.bytes, hashes).count;
  return count === width ? hashes : undefined;
}
