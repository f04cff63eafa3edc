import { rootOfTile } from '../../tlog/tile-root';
import { hashesAt, rootOfEdge, TILE_BYTES, TILE_WIDTH, widthAt, type TilePlace } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { FileReader } from '../ports';
import { readTile } from './bundle';

const NOTHING = Buffer.alloc(0);

/** The hash tiles of a tree as somebody keeps them, and which of them are tied to its root: a hash found in a tile is worth something only after that. */
export class StoredTiles {
  private readonly tied = new Map<string, Buffer>();

  /** @param size entries of the tree */
  constructor(
    private readonly source: FileReader,
    private readonly size: number,
  ) {}

  /** All tiles above the leaves, the lowest level first. */
  upperPlaces(): TilePlace[] {
    const places: TilePlace[] = [];
    for (let level = 1; hashesAt(level, this.size) > 0; level += 1)
      for (let index = 0; index * TILE_WIDTH < hashesAt(level, this.size); index += 1) places.push({ level, index });
    return places;
  }

  /** @returns undefined when it is missing */
  tile(place: TilePlace): Buffer | undefined {
    return readTile(this.source, { ...place, width: widthAt(place, this.size) });
  }

  /** Whether the right edge comes to this root. Only then the tied tiles are tied to anything. A tile of another length is none of the edge: what
   *  is cut off it would hide that its entries are compared with nothing. */
  isTiedTo(root: Uint8Array): boolean {
    const edge = this.partials(this.size, (place) => {
      const tile = this.tile(place);
      return tile?.length === widthAt(place, this.size) * HASH_BYTES ? tile : undefined;
    });
    return edge !== undefined && rootOfEdge(edge).equals(root);
  }

  /** Root of the tree as it was at a smaller size, from tied tiles; undefined when one of them is not. */
  rootAt(size: number): Buffer | undefined {
    const partials = this.partials(size, ({ level, index }) => this.tiedTile(level, index));
    return partials && rootOfEdge(partials);
  }

  /** The hash number `at` of a level above the leaves, from a tile that hashes to its place in the tile above, and so on up to the edge.
   *  @returns undefined when one of them was changed or is missing */
  tiedHash(level: number, at: number): Buffer | undefined {
    const from = (at % TILE_WIDTH) * HASH_BYTES;
    return this.tiedTile(level, Math.floor(at / TILE_WIDTH))?.subarray(from, from + HASH_BYTES);
  }

  /** The tile, when it is tied to the edge. */
  tiedTile(level: number, index: number): Buffer | undefined {
    const key = `${level}/${index}`;
    const found = this.tied.get(key) ?? this.findTied(level, index);
    // Leaves are read once; there are too many of them to be kept.
    if (found !== undefined && level > 0) this.tied.set(key, found);
    return found;
  }

  private findTied(level: number, index: number): Buffer | undefined {
    const found = this.tile({ level, index });
    const width = widthAt({ level, index }, this.size);
    if (width < TILE_WIDTH) return found?.length === width * HASH_BYTES ? found : undefined;
    const above = this.tiedHash(level + 1, index);
    return found !== undefined && above !== undefined && isRootOf(found, above) ? found : undefined;
  }

  /** The partial tile of each level at a size, an empty one where a level ends full. */
  private partials(size: number, tileAt: (place: TilePlace) => Buffer | undefined): Buffer[] | undefined {
    const edge: Buffer[] = [];
    for (let level = 0; hashesAt(level, size) > 0; level += 1) {
      const count = hashesAt(level, size);
      const bytes = (count % TILE_WIDTH) * HASH_BYTES;
      const tile = bytes === 0 ? NOTHING : tileAt({ level, index: Math.floor(count / TILE_WIDTH) });
      if (tile === undefined || tile.length < bytes) return undefined;
      edge.push(tile.subarray(0, bytes));
    }
    return edge;
  }
}

/** Whether a full tile hashes to its place in the tile above. */
export function isRootOf(tile: Buffer, above: Uint8Array): boolean {
  return tile.length === TILE_BYTES && rootOfTile(tile).equals(above);
}
