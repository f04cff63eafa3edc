import { AppError } from '#platform';
import { tilePath, TILE_WIDTH, widthAt, type TileName, type TilePlace } from '../../tlog/tiles';
import type { TreeHead } from '../../tlog/proofs';
import { wholeBundleHashes } from '../../verifier/domain/bundle';
import { isRootOf, StoredTiles } from '../../verifier/domain/stored-tiles';
import type { BundleFolder, LogReader } from '../ports';

/** What the log does not give as its checkpoint was signed for. */
export interface Misfit {
  path: string;
  isMissing: boolean;
}

/** Reads the tiles and entries of a log, from the folder where they are there and fit, else from the log. Each is compared with the signed root: tiles
 *  with the tile above, entries with what their tile must be. What does not fit is noted and given all the same: it is the evidence. Nothing is written. */
export class TiedCopy {
  /** Tiles above the leaves, and the leaves at the edge, by their path. */
  readonly kept = new Map<string, Buffer>();
  private readonly notFitting = new Map<string, Misfit>();
  private readonly stored: StoredTiles;
  private isEdgeTied = false;

  constructor(
    private readonly from: { log: LogReader; folder: BundleFolder },
    private readonly head: TreeHead,
  ) {
    this.stored = new StoredTiles({ read: (path) => this.kept.get(path) }, head.size);
  }

  get misfits(): readonly Misfit[] {
    return [...this.notFitting.values()];
  }

  isMisfit(path: string): boolean {
    return this.notFitting.has(path);
  }

  /** Reads the tiles above the leaves, from the root down. */
  async open(): Promise<void> {
    const { size } = this.head;
    const places = this.stored.upperPlaces().reverse();
    const last = { level: 0, index: Math.floor(size / TILE_WIDTH) };
    const edge = [last, ...places].filter((place) => isPartial(widthAt(place, size)));
    await this.openEdge(edge.map((place) => tilePath(this.nameOf(place))));
    for (const place of places) await this.tile(place);
  }

  /** Root of the tree as it was at a smaller size.
   *  @throws AppError `synclog-answer-wrong` when the tiles that lead to it do not fit */
  async rootAt(size: number): Promise<Buffer> {
    const place = { level: 0, index: Math.floor(size / TILE_WIDTH) };
    const tile = isPartial(size % TILE_WIDTH) ? await this.tile(place) : undefined;
    if (tile !== undefined) this.kept.set(tilePath(this.nameOf(place)), tile);
    const root = this.isEdgeTied ? this.stored.rootAt(size) : undefined;
    if (root !== undefined) return root;
    throw new AppError({
      code: 'synclog-answer-wrong',
      disposition: 'person',
      detail: `the log does not give the tiles that lead to its first ${size} entries, which the folder knows; another folder takes what it gives`,
    });
  }

  /** A tile of hashes. @returns undefined when the log does not give it */
  async tile(place: TilePlace): Promise<Buffer | undefined> {
    const path = tilePath(this.nameOf(place));
    const known = this.kept.get(path);
    if (known !== undefined) return known;
    const tile = await this.read(path, (found) => this.isTied(place, found));
    if (place.level > 0 && tile !== undefined) this.kept.set(path, tile);
    return tile;
  }

  /** The entries below a tile of leaf hashes. @returns undefined when the log does not give them */
  entries(index: number): Promise<Buffer | undefined> {
    const place = { level: 0, index };
    const { width } = this.nameOf(place);
    return this.read(tilePath({ level: 'entries', index, width }), (bundle) => {
      const hashes = wholeBundleHashes(bundle, width);
      return hashes !== undefined && this.isTied(place, hashes);
    });
  }

  /** From the folder when its edge comes to the signed root, else from the log. */
  private async openEdge(paths: readonly string[]): Promise<void> {
    const { folder, log } = this.from;
    const take = (path: string, tile: Buffer | undefined): void => {
      if (tile === undefined) this.kept.delete(path);
      else this.kept.set(path, tile);
    };
    for (const path of paths) take(path, folder.read(path));
    this.isEdgeTied = this.stored.isTiedTo(this.head.root);
    if (this.isEdgeTied) return;
    for (const path of paths) take(path, await log.read(path));
    this.isEdgeTied = this.stored.isTiedTo(this.head.root);
    if (this.isEdgeTied) return;
    for (const path of paths) this.notFitting.set(path, { path, isMissing: !this.kept.has(path) });
  }

  private isTied(place: TilePlace, tile: Buffer): boolean {
    if (!this.isEdgeTied) return false;
    const name = this.nameOf(place);
    if (isPartial(name.width)) return this.kept.get(tilePath(name))?.equals(tile) === true;
    const above = this.stored.tiedHash(place.level + 1, place.index);
    return above !== undefined && isRootOf(tile, above);
  }

  private nameOf(place: TilePlace): TileName {
    return { ...place, width: widthAt(place, this.head.size) };
  }

  private async read(path: string, fits: (bytes: Buffer) => boolean): Promise<Buffer | undefined> {
    const present = this.from.folder.read(path);
    if (present !== undefined && fits(present)) return present;
    const bytes = await this.from.log.read(path);
    if (bytes === undefined || !fits(bytes)) this.notFitting.set(path, { path, isMissing: bytes === undefined });
    return bytes;
  }
}

function isPartial(width: number): boolean {
  return width > 0 && width < TILE_WIDTH;
}
