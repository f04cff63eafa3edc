import { rootOfTile } from '../../tlog/tile-root';
import { rootOfEdge, TILE_BYTES, TILE_WIDTH } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';

/** A tree made from entries: the hashes of its levels above the leaves, and its root. */
export class ComputedTree {
  /** Hashes of level 1, 2 and so on. */
  private readonly levels: Buffer[] = [];
  readonly root: Buffer;

  /** @param roots of the full tiles of level 0, one after the other
   *  @param tail leaf hashes of its partial tile */
  constructor(
    readonly size: number,
    roots: Buffer,
    readonly tail: Buffer,
  ) {
    for (let row = roots; row.length > 0; row = rowAbove(row)) this.levels.push(row);
    this.root = this.rootAt(size, tail);
  }

  /** All hashes of a level from 1 on; undefined above the highest. */
  level(level: number): Buffer | undefined {
    return this.levels[level - 1];
  }

  /** Root of the tree as it was at this size.
   *  @param tail leaf hashes of the tile that was partial then */
  rootAt(size: number, tail: Buffer): Buffer {
    let count = Math.floor(size / TILE_WIDTH);
    const above = this.levels.map((row) => {
      const from = count - (count % TILE_WIDTH);
      const partial = row.subarray(from * HASH_BYTES, count * HASH_BYTES);
      count = Math.floor(count / TILE_WIDTH);
      return partial;
    });
    return rootOfEdge([tail, ...above]);
  }
}

function rowAbove(row: Buffer): Buffer {
  const roots: Buffer[] = [];
  for (let at = 0; at + TILE_BYTES <= row.length; at += TILE_BYTES)
    roots.push(rootOfTile(row.subarray(at, at + TILE_BYTES)));
  return Buffer.concat(roots);
}
