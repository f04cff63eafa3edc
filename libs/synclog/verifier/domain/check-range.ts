import { tilePath, TILE_WIDTH, widthAt } from '../../tlog/tiles';
import { rootOfTile } from '../../tlog/tile-root';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { Finding } from '../findings';
import type { FileReader } from '../ports';
import { hashBundle, readBundle, readTile } from './bundle';
import { formOf } from './entry-form';
import { ID_BYTES } from './id-index';

/** Tiles of entries, one after the other. */
export interface TileRange {
  firstTile: number;
  tiles: number;
}

/** What all ranges of one check share. */
export interface RangeJob {
  /** Entries of the log. */
  size: number;
  /** Leaf hashes to look for. */
  wanted: readonly Uint8Array[];
}

/** Where the entries of a tile are not those whose hashes it holds. */
export interface TileDifference {
  tile: number;
  /** Entries whose hash is another one, in their order. */
  leaves: readonly number[];
  /** Root of the tile as it is stored; undefined when it is missing or has another length. */
  storedRoot?: Uint8Array;
  isMissing: boolean;
}

/** What the entries of a range come to. Buffers may move to another thread. */
export interface RangeResult extends TileRange {
  /** Root of each full tile, made from its entries. */
  roots: Uint8Array;
  /** Leaf hashes of the partial tile; empty in every other range. */
  tail: Uint8Array;
  /** Ids of the entries, 16 bytes each; zeros where there is none. */
  ids: Uint8Array;
  firstAt?: string;
  lastAt?: string;
  differences: readonly TileDifference[];
  /** Tiles whose entries are not all there. */
  incomplete: readonly number[];
  found: readonly { wanted: number; leaf: number }[];
  findings: readonly Finding[];
  /** Entries without form that the findings do not name. */
  moreMalformed: number;
}

/** Entries without form that the findings of a range name: more are counted, or a log of nothing else would fill the memory with them. */
const MOST_MALFORMED = 100;

/** Looks at each entry of a range and at the tiles above them. */
export function checkRange(source: FileReader, job: RangeJob, range: TileRange): RangeResult {
  return new RangeCheck(source, job, range).run();
}

class RangeCheck {
  private readonly roots: Buffer[] = [];
  private tail: Uint8Array = new Uint8Array();
  private readonly ids: Buffer;
  private readonly differences: TileDifference[] = [];
  private readonly incomplete: number[] = [];
  private readonly found: { wanted: number; leaf: number }[] = [];
  private readonly findings: Finding[] = [];
  private malformed = 0;
  private readonly firstLeaf: number;
  private firstAt: string | undefined;
  private lastAt: string | undefined;

  constructor(
    private readonly source: FileReader,
    private readonly job: RangeJob,
    private readonly range: TileRange,
  ) {
    this.firstLeaf = range.firstTile * TILE_WIDTH;
    // Not from the pool: its memory moves to another thread, and is read as words.
    this.ids = Buffer.from(new ArrayBuffer(Math.min(job.size - this.firstLeaf, range.tiles * TILE_WIDTH) * ID_BYTES));
  }

  run(): RangeResult {
    const { firstTile, tiles } = this.range;
    for (let tile = firstTile; tile < firstTile + tiles; tile += 1) this.checkTile(tile);
    const { tail, ids, firstAt, lastAt, differences, incomplete, found, findings } = this;
    // A copy: a part of the pool would take the whole pool to the other thread.
    const roots = new Uint8Array(Buffer.concat(this.roots));
    const moreMalformed = Math.max(0, this.malformed - MOST_MALFORMED);
    return {
      ...this.range,
      roots,
      tail,
      ids,
      firstAt,
      lastAt,
      differences,
      incomplete,
      found,
      findings,
      moreMalformed,
    };
  }

  private checkTile(tile: number): void {
    const width = widthAt({ level: 0, index: tile }, this.job.size);
    const hashes = Buffer.alloc(width * HASH_BYTES);
    const count = this.hashEntries(tile, width, hashes);
    if (count < width) {
      this.incomplete.push(tile);
      const [leaf, lastLeaf] = [tile * TILE_WIDTH + count, tile * TILE_WIDTH + width - 1];
      this.findings.push({ code: 'entry-missing', leaf, lastLeaf });
    }
    if (width < TILE_WIDTH) this.tail = hashes;
    else this.roots.push(rootOfTile(hashes));
    this.compare(tile, hashes, count);
    this.look(tile, hashes);
  }

  /** Reads the entries of a tile and writes their leaf hashes.
   *  @returns how many of them are there */
  private hashEntries(tile: number, width: number, hashes: Buffer): number {
    const read = readBundle(this.source, tile, width);
    if (read === undefined) return 0;
    const { count, end } = hashBundle(read.bytes, hashes, (nth, entry) =>
      this.lookAtForm(tile * TILE_WIDTH + nth, entry),
    );
    // The full bundle of a tile that was partial when the checkpoint was signed lawfully holds more.
    const mayHoldMore = read.isFull && width < TILE_WIDTH;
    if (count === width && end < read.bytes.length && !mayHoldMore)
      this.findings.push({ code: 'surplus-entries', file: tilePath({ level: 'entries', index: tile, width }) });
    return count;
  }

  private lookAtForm(leaf: number, entry: Buffer): void {
    const form = formOf(entry);
    if (form.problem !== undefined) {
      this.malformed += 1;
      if (this.malformed <= MOST_MALFORMED) this.findings.push({ code: 'entry-malformed', leaf, reason: form.problem });
      return;
    }
    this.ids.write(form.id.replaceAll('-', ''), (leaf - this.firstLeaf) * ID_BYTES, 'hex');
    this.firstAt ??= form.at;
    this.lastAt = form.at;
  }

  private compare(tile: number, hashes: Buffer, count: number): void {
    const stored = readTile(this.source, { level: 0, index: tile, width: hashes.length / HASH_BYTES });
    if (stored === undefined) this.differences.push({ tile, leaves: [], isMissing: true });
    else if (!stored.equals(hashes)) {
      const isWhole = stored.length === hashes.length;
      const places = isWhole ? differing(stored, hashes).filter((at) => at < count) : [];
      this.differences.push({
        tile,
        leaves: places.map((at) => tile * TILE_WIDTH + at),
        storedRoot: isWhole ? rootOfTile(stored) : undefined,
        isMissing: false,
      });
    }
  }

  private look(tile: number, hashes: Buffer): void {
    this.job.wanted.forEach((leafHash, wanted) => {
      for (let at = hashes.indexOf(leafHash); at !== -1; at = hashes.indexOf(leafHash, at + 1))
        if (at % HASH_BYTES === 0) this.found.push({ wanted, leaf: tile * TILE_WIDTH + at / HASH_BYTES });
    });
  }
}

/** Places of the hashes that are not the same. */
function differing(stored: Buffer, made: Buffer): number[] {
  const places: number[] = [];
  for (let at = 0; at * HASH_BYTES < made.length; at += 1)
    if (stored.compare(made, at * HASH_BYTES, (at + 1) * HASH_BYTES, at * HASH_BYTES, (at + 1) * HASH_BYTES) !== 0)
      places.push(at);
  return places;
}

/** Ranges of so many tiles: small enough that threads end together, large enough that their messages cost nothing. */
const RANGE_TILES = 64;

/** Cuts the tiles of a log into ranges. */
export function rangesToCheck(tiles: number): TileRange[] {
  return Array.from({ length: Math.ceil(tiles / RANGE_TILES) }, (_, at): TileRange => {
    const firstTile = at * RANGE_TILES;
    return { firstTile, tiles: Math.min(RANGE_TILES, tiles - firstTile) };
  });
}
