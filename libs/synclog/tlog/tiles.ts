import { HASH_BYTES, nodeHash, rootOf } from './tree-hash';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
/** Bytes of a full tile of hashes. */
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/** A tile of hashes at a level, or with level `entries` a bundle; `width` 256 is the full one. */
export interface TileName {
  level: number | 'entries';
  index: number;
  width: number;
}

/** Where a tile of hashes stands. */
export interface TilePlace {
  level: number;
  index: number;
}

/** Path below the prefix of the log, without a slash at its begin. */
export function tilePath({ level, index, width }: TileName): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(String(rest % 1_000).padStart(3, '0'));
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${name}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(0|[1-9]\d?|entries)\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const MAX_LEVEL = 63;

/** Reads such a path; undefined for every other text. */
export function parseTilePath(path: string): TileName | undefined {
  const [whole, level, groups, last, partial] = PATH.exec(path) ?? [];
  if (whole === undefined) return undefined;
  const name: TileName = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '') + last),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  const isKnown = name.level === 'entries' || name.level <= MAX_LEVEL;
  // One name for each tile: no group of zeros in front, and no partial tile of full width.
  return isKnown && Number.isSafeInteger(name.index) && tilePath(name) === path ? name : undefined;
}

/** Hashes that a level has at this tree size. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** Width of a tile at this tree size; 0 when there is none. */
export function widthAt({ level, index }: Pick<TileName, 'level' | 'index'>, size: number): number {
  const count = level === 'entries' ? size : hashesAt(level, size);
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}

/** The hashes of a tile, one by one. */
export function hashesOf(tile: Buffer): Buffer[] {
  return Array.from({ length: tile.length / HASH_BYTES }, (_, at) =>
    tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
}

/** Root of a tree from its right edge: the partial tile of each level, level 0 first; an empty one where a level ends full. */
export function rootOfEdge(edge: readonly Buffer[]): Buffer {
  const roots = edge.filter((tile) => tile.length > 0).map((tile) => foldTile(hashesOf(tile)));
  const parts = roots.flat();
  if (parts.length === 0) return rootOf([]);
  return parts.reduce((right, left) => nodeHash(left, right));
}

/** Roots of the full subtrees in a partial tile, the smallest (rightmost) first. */
function foldTile(hashes: readonly Buffer[]): Buffer[] {
  const found: Buffer[] = [];
  let end = hashes.length;
  for (let width = 1; end > 0; width *= 2) {
    if (hashes.length % (width * 2) < width) continue;
    found.push(rootOf(hashes.slice(end - width, end)));
    end -= width;
  }
  return found;
}
