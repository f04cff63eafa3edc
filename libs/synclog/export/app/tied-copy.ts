import { AppError } from '#platform';
import { tilePath, TILE_WIDTH, widthAt, type TileName, type TilePlace } from '../../tlog/tiles';
import type { TreeHead } from '../../tlog/proofs';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { hashBundle } from '../../verifier/domain/bundle';
import { isRootOf, StoredTiles } from '../../verifier/domain/stored-tiles';
import type { BundleFolder, LogReader } from '../ports';

/** Reads the tiles and entries of a log, from the folder where they are there and fit, else from the log. Each is tied to the signed root before it is
 *  given: tiles by the tile above, entries by their tile. Nothing is written. */
export class TiedCopy {
  /** Tiles above the leaves, and the leaves at the edge, by their path. */
  readonly kept = new Map<string, Buffer>();
  private readonly stored: StoredTiles;

  constructor(
    private readonly from: { log: LogReader; folder: BundleFolder },
    private readonly head: TreeHead,
  ) {
    this.stored = new StoredTiles({ read: (path) => this.kept.get(path) }, head.size);
  }

  /** Reads the tiles above the leaves, from the root down.
   *  @throws AppError `synclog-answer-wrong` when they do not come to the signed root */
  async open(): Promise<void> {
    const { size, root } = this.head;
    const places = this.stored.upperPlaces().reverse();
    const last = { level: 0, index: Math.floor(size / TILE_WIDTH) };
    const edge = [last, ...places].filter((place) => isPartial(widthAt(place, size)));
    for (const place of edge) {
      const path = tilePath(this.nameOf(place));
      this.kept.set(path, await this.fetch(path, () => true));
    }
    if (!this.stored.isTiedTo(root)) throw answerWrong('the right edge of its tree');
    for (const place of places) await this.tile(place);
  }

  /** Root of the tree as it was at a smaller size. */
  async rootAt(size: number): Promise<Buffer | undefined> {
    const place = { level: 0, index: Math.floor(size / TILE_WIDTH) };
    if (isPartial(size % TILE_WIDTH)) this.kept.set(tilePath(this.nameOf(place)), await this.tile(place));
    return this.stored.rootAt(size);
  }

  /** A tile of hashes, tied to the signed root. */
  async tile(place: TilePlace): Promise<Buffer> {
    const name = this.nameOf(place);
    const known = this.kept.get(tilePath(name));
    if (known !== undefined) return known;
    const above = this.stored.tiedHash(place.level + 1, place.index);
    const fits = (tile: Buffer): boolean => above !== undefined && isRootOf(tile, above);
    const tile = await this.read(tilePath(name), fits);
    if (place.level > 0) this.kept.set(tilePath(name), tile);
    return tile;
  }

  /** The entries whose leaf hashes a tile holds. */
  entries(index: number, tile: Buffer): Promise<Buffer> {
    const width = tile.length / HASH_BYTES;
    return this.read(tilePath({ level: 'entries', index, width }), (bundle) => isBundleOf(bundle, tile));
  }

  private nameOf(place: TilePlace): TileName {
    return { ...place, width: widthAt(place, this.head.size) };
  }

  private async read(path: string, fits: (bytes: Buffer) => boolean): Promise<Buffer> {
    const present = this.from.folder.read(path);
    return present !== undefined && fits(present) ? present : this.fetch(path, fits);
  }

  /** @throws AppError `synclog-answer-wrong` */
  private async fetch(path: string, fits: (bytes: Buffer) => boolean): Promise<Buffer> {
    const bytes = await this.from.log.read(path);
    if (bytes === undefined || !fits(bytes)) throw answerWrong(path);
    return bytes;
  }
}

function isPartial(width: number): boolean {
  return width > 0 && width < TILE_WIDTH;
}

/** On a copy: the hashing changes the bytes. */
function isBundleOf(bundle: Buffer, tile: Buffer): boolean {
  const hashes = Buffer.alloc(tile.length);
  const { end } = hashBundle(Buffer.from(bundle), hashes);
  return end === bundle.length && hashes.equals(tile);
}

function answerWrong(what: string): AppError {
  return new AppError({
    code: 'synclog-answer-wrong',
    disposition: 'person',
    detail: `the log does not give what its checkpoint was signed for: ${what}`,
  });
}
