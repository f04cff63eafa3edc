import { growTree } from '../../tlog/grow-tree';
import { rootOfTile } from '../../tlog/tile-root';
import { rootOfEdge, TILE_WIDTH, tilePath } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import type { TileDifference } from './check-range';
import { ComputedTree } from './computed-tree';
import { judgeTree, type TreeJudgement } from './judge-tree';

/** A tree with a full tile on its second level, two partial ones beside and above it, and leaves at the edge. */
const SIZE = TILE_WIDTH ** 2 + 3 * TILE_WIDTH + 7;
const LEAVES = Array.from({ length: SIZE }, (_, index) => {
  const hash = Buffer.alloc(HASH_BYTES);
  hash.writeUInt32BE(index);
  return hash;
});
const GROWN = growTree({ size: 0, partials: [] }, LEAVES);
const ROOT = rootOfEdge(GROWN.edge.partials);
const OTHER = Buffer.alloc(HASH_BYTES, 0xff);

function storedTiles(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { level, index, hashes } of GROWN.full)
    files.set(tilePath({ level, index, width: TILE_WIDTH }), Buffer.from(hashes));
  GROWN.edge.partials.forEach((hashes, level) => {
    const index = Math.floor(SIZE / TILE_WIDTH ** (level + 1));
    files.set(tilePath({ level, index, width: hashes.length / HASH_BYTES }), Buffer.from(hashes));
  });
  return files;
}

/** The tree of the entries at hand; some have another hash than when they were sealed. */
function treeOf(changed: readonly number[]): ComputedTree {
  const leaves = LEAVES.map((hash, index) => (changed.includes(index) ? OTHER : hash));
  const roots: Buffer[] = [];
  for (let from = 0; from + TILE_WIDTH <= SIZE; from += TILE_WIDTH)
    roots.push(rootOfTile(Buffer.concat(leaves.slice(from, from + TILE_WIDTH))));
  return new ComputedTree(SIZE, Buffer.concat(roots), Buffer.concat(leaves.slice(roots.length * TILE_WIDTH)));
}

function differenceAt(leaf: number, more: Partial<TileDifference> = {}): TileDifference {
  const tile = Math.floor(leaf / TILE_WIDTH);
  const stored = Buffer.concat(LEAVES.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH));
  return { tile, leaves: [leaf], storedRoot: rootOfTile(stored), isMissing: false, ...more };
}

function judge(
  changed: readonly number[],
  differences: readonly TileDifference[],
  { files = storedTiles(), incomplete = [] }: { files?: Map<string, Buffer>; incomplete?: readonly number[] } = {},
): TreeJudgement {
  const source = { read: (path: string) => files.get(path) };
  return judgeTree({ source, tree: treeOf(changed), root: ROOT, differences, incomplete: new Set(incomplete) });
}

function spoiled(path: string): Map<string, Buffer> {
  const files = storedTiles();
  OTHER.copy(files.get(path)!);
  return files;
}

describe('two trees that should be one', () => {
  const LEAF = 5 * TILE_WIDTH + 9;
  const EDGE = SIZE - 2;
  const WHOLE_TILE = { leaf: 5 * TILE_WIDTH, lastLeaf: 6 * TILE_WIDTH - 1 };

  it('are one', () => {
    expect(judge([], [])).toEqual({ findings: [], isTied: true, unproven: [] });
  });

  it.each([
    ['below a full tile', LEAF],
    ['at the edge', EDGE],
  ])('differ by the entry that was changed, %s', (_where, leaf) => {
    const range = { leaf, lastLeaf: leaf };
    expect(judge([leaf], [differenceAt(leaf)])).toEqual({
      findings: [{ code: 'entry-changed', ...range }],
      isTied: true,
      unproven: [range],
    });
  });

  it('differ by the tile that was changed, when the entries come to the root', () => {
    const { findings, unproven } = judge([], [differenceAt(LEAF)], { files: spoiled('tile/1/000') });
    expect(findings).toEqual([
      { code: 'tile-changed', file: 'tile/0/005' },
      { code: 'tile-changed', file: 'tile/1/000' },
    ]);
    expect(unproven).toEqual([]);
  });

  it('may differ by any entry of a tile that is missing, or was changed together with it', () => {
    const isMissing = judge([LEAF], [differenceAt(LEAF, { leaves: [], storedRoot: undefined, isMissing: true })]);
    expect(isMissing.findings).toEqual([
      { code: 'tile-missing', file: 'tile/0/005' },
      { code: 'entry-changed', ...WHOLE_TILE },
    ]);
    const together = judge([LEAF], []);
    expect(together.findings).toEqual([
      { code: 'tile-changed', file: 'tile/0/005' },
      { code: 'entry-changed', ...WHOLE_TILE },
    ]);
    expect(together.unproven).toEqual([WHOLE_TILE]);
  });

  it('leave unproven what stands below an upper tile that was changed, and nothing else', () => {
    const { findings, isTied, unproven } = judge([LEAF], [differenceAt(LEAF)], { files: spoiled('tile/1/000') });
    expect(findings).toEqual([{ code: 'tile-changed', file: 'tile/1/000' }]);
    expect(isTied).toBe(true);
    expect(unproven.at(0)!.leaf).toBe(0);
    expect(unproven.at(-1)!.lastLeaf).toBe(TILE_WIDTH ** 2 - 1);
  });

  it('prove nothing when the edge does not come to the root either', () => {
    const { findings, isTied, unproven } = judge([LEAF], [differenceAt(LEAF)], { files: spoiled('tile/2/000.p/1') });
    expect(findings).toEqual([
      { code: 'root-wrong' },
      { code: 'entry-changed', leaf: LEAF, lastLeaf: LEAF },
      { code: 'tile-changed', file: 'tile/1/000' },
      { code: 'tile-changed', file: 'tile/2/000.p/1' },
    ]);
    expect(isTied).toBe(false);
    expect(unproven).toEqual([{ leaf: 0, lastLeaf: SIZE - 1 }]);
  });

  it('prove nothing when a tile of the edge holds more than its part of it', () => {
    const files = storedTiles();
    const path = 'tile/0/259.p/7';
    files.set(path, Buffer.concat([files.get(path)!, Buffer.of(0)]));
    const difference = differenceAt(EDGE, { leaves: [], storedRoot: undefined });
    expect(judge([EDGE], [difference], { files })).toEqual({
      findings: [{ code: 'root-wrong' }, { code: 'tile-changed', file: path }],
      isTied: false,
      unproven: [{ leaf: 0, lastLeaf: SIZE - 1 }],
    });
  });

  it('say nothing of entries that are not there: that was said', () => {
    const { findings } = judge([LEAF], [differenceAt(LEAF, { leaves: [] })], { incomplete: [5] });
    expect(findings).toEqual([]);
  });
});
