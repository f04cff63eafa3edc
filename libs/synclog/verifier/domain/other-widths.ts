import { parseTilePath, tilePath, TILE_WIDTH, widthAt, type TileName } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { Finding } from '../findings';
import type { FileReader } from '../ports';
import { forEachEntry, readBundle, readTile } from './bundle';

/** Tiles and bundles that stand beside the one of the tree in another width, and do not say the same: no other check reads them, and a person may. */
export function otherWidths(source: FileReader, paths: readonly string[], size: number): Finding[] {
  return paths.flatMap((file): Finding[] => {
    const name = parseTilePath(file);
    const width = name === undefined ? 0 : widthAt(name, size);
    // What is wider than the tree, and is no full one, is surplus whatever it holds.
    const isOther = name !== undefined && width > 0 && (name.width < width || name.width === TILE_WIDTH);
    if (!isOther || name.width === width || saysTheSame(source, name, width)) return [];
    return [{ code: 'surplus-entries', file }];
  });
}

/** Whether one of the two begins with the other. */
function saysTheSame(source: FileReader, name: TileName, width: number): boolean {
  const { level, index } = name;
  const own = level === 'entries' ? readBundle(source, index, width)?.bytes : readTile(source, { ...name, width });
  const other = source.read(tilePath(name));
  // What is missing is told where it is looked for.
  if (own === undefined || other === undefined) return true;
  const shared = Math.min(own.length, other.length);
  return isOfWidth(other, name) && own.subarray(0, shared).equals(other.subarray(0, shared));
}

function isOfWidth(bytes: Buffer, { level, width }: TileName): boolean {
  if (level !== 'entries') return bytes.length === width * HASH_BYTES;
  const { count, end } = forEachEntry(bytes, () => undefined);
  return count === width && end === bytes.length;
}
