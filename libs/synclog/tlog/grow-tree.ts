import { hashesOf, TILE_WIDTH } from './tiles';
import { rootOf } from './tree-hash';

/** A tile that is full from now on. */
export interface FullTile {
  level: number;
  index: number;
  /** 256 hashes, 8,192 bytes. */
  hashes: Buffer;
}

/** The right edge of a tree: its size, and the partial tile of each level, level 0 first. */
export interface TreeEdge {
  size: number;
  partials: readonly Buffer[];
}

/** The tree with these leaves more, and the tiles that became full. */
export function growTree(edge: TreeEdge, leaves: readonly Buffer[]): { edge: TreeEdge; full: FullTile[] } {
  const full: FullTile[] = [];
  const partials: Buffer[] = [];
  let arriving = leaves;
  for (let level = 0; level < edge.partials.length || arriving.length > 0; level += 1) {
    const waiting = [...hashesOf(edge.partials[level] ?? Buffer.alloc(0)), ...arriving];
    const firstIndex = Math.floor(edge.size / TILE_WIDTH ** (level + 1));
    const roots: Buffer[] = [];
    let taken = 0;
    for (; waiting.length - taken >= TILE_WIDTH; taken += TILE_WIDTH) {
      const hashes = waiting.slice(taken, taken + TILE_WIDTH);
      full.push({ level, index: firstIndex + roots.length, hashes: Buffer.concat(hashes) });
      roots.push(rootOf(hashes));
    }
    partials.push(Buffer.concat(waiting.slice(taken)));
    arriving = roots;
  }
  return { edge: { size: edge.size + leaves.length, partials }, full };
}
