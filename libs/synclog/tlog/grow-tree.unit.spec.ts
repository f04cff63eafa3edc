import fc from 'fast-check';
import { growTree, type TreeEdge } from './grow-tree';
import { rootOfEdge, TILE_WIDTH } from './tiles';
import { leafHash, rootOf } from './tree-hash';

const LEAVES = Array.from({ length: 70_000 }, (_, index) => leafHash(Buffer.from(String(index))));
const EMPTY: TreeEdge = { size: 0, partials: [] };

describe('a growing tree', () => {
  it('has the root and the tiles of all its leaves, in whatever steps it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 }), (steps) => {
        let edge = EMPTY;
        const tiles = new Map<string, string>();
        for (const step of steps) {
          const grown = growTree(edge, LEAVES.slice(edge.size, edge.size + step));
          edge = grown.edge;
          for (const { level, index, hashes } of grown.full) tiles.set(`${level}/${index}`, hashes.toString('hex'));
        }
        const size = steps.reduce((a, b) => a + b, 0);
        expect(edge.size).toBe(size);
        expect(rootOfEdge(edge.partials)).toEqual(rootOf(LEAVES.slice(0, size)));
        expect([...tiles.keys()]).toEqual(Array.from({ length: Math.floor(size / TILE_WIDTH) }, (_, at) => `0/${at}`));
      }),
      { numRuns: 60 },
    );
  });

  it('fills tiles of the second level too', () => {
    const { edge, full } = growTree(growTree(EMPTY, LEAVES.slice(0, 65_000)).edge, LEAVES.slice(65_000));
    expect(edge.partials.map((tile) => tile.length / 32)).toEqual([112, 17, 1]);
    const [upper] = full.filter(({ level }) => level === 1);
    expect(upper.index).toBe(0);
    expect(rootOf([leafHashOf(upper.hashes, 3)])).toEqual(rootOf(LEAVES.slice(3 * TILE_WIDTH, 4 * TILE_WIDTH)));
    expect(rootOfEdge(edge.partials)).toEqual(rootOf(LEAVES));
  });
});

function leafHashOf(tile: Buffer, at: number): Buffer {
  return tile.subarray(at * 32, at * 32 + 32);
}
