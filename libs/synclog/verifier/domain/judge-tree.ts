import { TILE_BYTES, tilePath, TILE_WIDTH, widthAt, type TilePlace } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { Finding } from '../findings';
import type { FileReader } from '../ports';
import type { TileDifference } from './check-range';
import type { ComputedTree } from './computed-tree';
import { rangesOf, type LeafRange } from './leaf-ranges';
import { StoredTiles } from './stored-tiles';

/** Two trees that should be one: what the entries come to, and the tiles as they are stored; and the root that was signed. */
export interface TreesToJudge {
  source: FileReader;
  tree: ComputedTree;
  /** Root of the checkpoint. */
  root: Buffer;
  differences: readonly TileDifference[];
  /** Tiles whose entries are not all there: nothing more is said of them. */
  incomplete: ReadonlySet<number>;
}

/** Where the trees differ, and the entries that are not proven by it. */
export interface TreeJudgement {
  findings: Finding[];
  /** Whether the tree is tied to the signed root, so that all other entries are proven. */
  isTied: boolean;
  unproven: LeafRange[];
}

/** Compares the trees. When the entries come to the signed root, every tile that differs is what was changed. When not, the stored tiles are followed
 *  from the signed root down: a tile that hashes to its place in the tile above is the tree's, and the entries that differ from it were changed. */
export function judgeTree(trees: TreesToJudge): TreeJudgement {
  const { tree, root, differences } = trees;
  const stored = new StoredTiles(trees.source, tree.size);
  if (tree.root.equals(root)) {
    const findings = [...differences.map((one) => tileFinding(one, tree.size)), ...unlikeTree(stored, tree)];
    return { findings, isTied: true, unproven: [] };
  }
  return stored.isTiedTo(root) ? new JudgementFromTheRoot(trees, stored).run() : judgeUntied(trees, stored);
}

/** Nothing ties the tiles to the root: what differs is told, and nothing is proven. */
function judgeUntied({ tree, differences }: TreesToJudge, stored: StoredTiles): TreeJudgement {
  const findings = differences.flatMap((one): Finding[] =>
    one.storedRoot === undefined ? [tileFinding(one, tree.size)] : changed(one.leaves),
  );
  const whole = tree.size > 0 ? [{ leaf: 0, lastLeaf: tree.size - 1 }] : [];
  return {
    findings: [{ code: 'root-wrong' }, ...findings, ...unlikeTree(stored, tree)],
    isTied: false,
    unproven: whole,
  };
}

function changed(leaves: readonly number[]): Finding[] {
  return rangesOf(leaves).map((range): Finding => ({ code: 'entry-changed', ...range }));
}

function tileFinding({ tile, isMissing }: Pick<TileDifference, 'tile' | 'isMissing'>, size: number): Finding {
  return placeFinding({ level: 0, index: tile }, isMissing, size);
}

function placeFinding(tile: TilePlace, isMissing: boolean, size: number): Finding {
  const file = tilePath({ ...tile, width: widthAt(tile, size) });
  return { code: isMissing ? 'tile-missing' : 'tile-changed', file };
}

/** Tiles above the leaves that are not what the entries come to. */
function unlikeTree(stored: StoredTiles, tree: ComputedTree): Finding[] {
  return stored.upperPlaces().flatMap((place) => {
    const from = place.index * TILE_BYTES;
    const made = tree.level(place.level)?.subarray(from, from + TILE_BYTES);
    const found = stored.tile(place);
    return found !== undefined && made?.equals(found) ? [] : [placeFinding(place, found === undefined, tree.size)];
  });
}

/** Follows the tiles from a root that their right edge comes to. */
class JudgementFromTheRoot {
  private readonly findings: Finding[] = [];
  private readonly unproven: LeafRange[] = [];
  private readonly differences: ReadonlyMap<number, TileDifference>;

  constructor(
    private readonly trees: TreesToJudge,
    private readonly stored: StoredTiles,
  ) {
    this.differences = new Map(trees.differences.map((one) => [one.tile, one]));
  }

  run(): TreeJudgement {
    const { size } = this.trees.tree;
    for (const place of this.stored.upperPlaces())
      if (this.stored.tiedTile(place.level, place.index) === undefined)
        this.findings.push(placeFinding(place, this.stored.tile(place) === undefined, size));
    const full = Math.floor(size / TILE_WIDTH);
    for (let tile = 0; tile < full; tile += 1) this.judge(tile);
    this.judgeLast(full);
    return { findings: this.findings, isTied: true, unproven: this.unproven };
  }

  private judge(tile: number): void {
    const made = this.trees.tree.level(1)?.subarray(tile * HASH_BYTES, (tile + 1) * HASH_BYTES);
    const tied = this.stored.tiedHash(1, tile);
    const difference = this.differences.get(tile);
    if (tied !== undefined && made?.equals(tied)) {
      if (difference !== undefined) this.findings.push(tileFinding(difference, this.trees.tree.size));
    } else if (tied !== undefined && difference?.storedRoot !== undefined && tied.equals(difference.storedRoot)) {
      this.leavesChanged(difference.leaves);
    } else this.notTied(tile, tied !== undefined);
  }

  /** The partial tile is part of the edge, and so is tied; one of another length tells of none of its entries. */
  private judgeLast(tile: number): void {
    const difference = this.differences.get(tile);
    if (difference === undefined) return;
    if (difference.storedRoot === undefined) this.notTied(tile, true);
    else this.leavesChanged(difference.leaves);
  }

  private leavesChanged(leaves: readonly number[]): void {
    this.findings.push(...changed(leaves));
    this.unproven.push(...rangesOf(leaves));
  }

  /** Neither the entries nor their tile are what the tree has, or the tree above is not known: any entry of the tile may be the one. */
  private notTied(tile: number, isAboveKnown: boolean): void {
    const { size } = this.trees.tree;
    const range = { leaf: tile * TILE_WIDTH, lastLeaf: Math.min((tile + 1) * TILE_WIDTH, size) - 1 };
    this.unproven.push(range);
    if (!isAboveKnown) return;
    const isMissing = this.differences.get(tile)?.isMissing ?? false;
    this.findings.push(tileFinding({ tile, isMissing }, size));
    if (!this.trees.incomplete.has(tile)) this.findings.push({ code: 'entry-changed', ...range });
  }
}
