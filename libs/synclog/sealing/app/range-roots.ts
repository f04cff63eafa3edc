import type { Queryable } from '#platform';
import type { EntryRange } from '../../tlog/proofs';
import { hashesOf, TILE_WIDTH } from '../../tlog/tiles';
import { nodeHash, rootOf } from '../../tlog/tree-hash';
import { readTile, type StoredHead } from '../adapters/tree-store';

/** Roots of ranges of a sealed tree, read from its tiles. */
export class RangeRoots {
  private readonly tiles = new Map<string, Promise<Buffer[]>>();

  constructor(
    private readonly tx: Queryable,
    private readonly head: Pick<StoredHead, 'size' | 'partials'>,
  ) {}

  /** @param range as a proof lists it, within the tree
   *  @throws Error when a tile is missing */
  async rootOf({ from, to }: EntryRange): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let at = from; at < to;) {
      const width = subtreeAt(at, to);
      parts.push(await this.fullSubtree(at, width));
      at += width;
    }
    return parts.reduceRight((right, left) => nodeHash(left, right));
  }

  /** @param width a power of two that divides `from` */
  private async fullSubtree(from: number, width: number): Promise<Buffer> {
    let level = 0;
    while (TILE_WIDTH ** (level + 1) <= width) level += 1;
    const span = TILE_WIDTH ** level;
    const [first, count] = [from / span, width / span];
    const hashes = await this.tile(level, Math.floor(first / TILE_WIDTH));
    const at = first % TILE_WIDTH;
    return rootOf(hashes.slice(at, at + count));
  }

  private tile(level: number, index: number): Promise<Buffer[]> {
    const key = `${level}/${index}`;
    const found = this.tiles.get(key) ?? this.readTile(level, index);
    this.tiles.set(key, found);
    return found;
  }

  private async readTile(level: number, index: number): Promise<Buffer[]> {
    const isPartial = index === Math.floor(this.head.size / TILE_WIDTH ** (level + 1));
    const tile = isPartial ? this.head.partials[level] : await readTile(this.tx, level, index);
    if (tile === undefined) throw new Error(`the tile ${index} of level ${level} of the sync log is missing`);
    return hashesOf(tile);
  }
}

/** Largest power of two that divides the place and fits before the end. */
function subtreeAt(from: number, to: number): number {
  let width = 1;
  while (from % (width * 2) === 0 && from + width * 2 <= to) width *= 2;
  return width;
}
