import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { rootOfTile } from '../../tlog/tile-root';
import { TILE_WIDTH, widthAt } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { hashBundle, readBundle } from '../domain/bundle';
import type { ComputedTree } from '../domain/computed-tree';
import type { LeafRange } from '../domain/leaf-ranges';
import type { EvidenceSource } from '../ports';

const LINE_END = Buffer.from('\n');

/** Writes the proven entries of a bundle, one a line, byte for byte, into a new file. Read again: a log need not fit into memory; so their hashes are
 *  compared with those that were checked.
 *  @returns false, and leaves no file, when the folder is no longer what was checked */
export function writeBundleEntries(
  file: string,
  source: EvidenceSource,
  { proven, tree }: { proven: readonly LeafRange[]; tree: ComputedTree | undefined },
): boolean {
  return writeNew(file, (write) =>
    proven.every((range) => {
      const [first, last] = [Math.floor(range.leaf / TILE_WIDTH), Math.floor(range.lastLeaf / TILE_WIDTH)];
      for (let tile = first; tile <= last; tile += 1) {
        const lines = tree && linesOf(source, tree, { tile, range });
        if (lines === undefined) return false;
        write(Buffer.concat(lines));
      }
      return true;
    }),
  );
}

/** Writes lines into a new file. */
export function writeLines(file: string, lines: readonly string[]): void {
  writeNew(file, (write) => {
    for (const line of lines) if (!line.includes('\n')) write(Buffer.from(`${line}\n`));
    return true;
  });
}

/** @param fill returns whether the file is to stay */
function writeNew(file: string, fill: (write: (bytes: Uint8Array) => void) => boolean): boolean {
  const out = openSync(file, 'wx');
  let isWhole = false;
  try {
    isWhole = fill((bytes) => writeFileSync(out, bytes));
  } finally {
    closeSync(out);
    if (!isWhole) rmSync(file);
  }
  return isWhole;
}

/** The entries of a tile that are in a range. @returns undefined when they are not those of the tree */
function linesOf(
  source: EvidenceSource,
  tree: ComputedTree,
  { tile, range }: { tile: number; range: LeafRange },
): Uint8Array[] | undefined {
  const width = widthAt({ level: 0, index: tile }, tree.size);
  const read = readBundle(source, tile, width);
  const hashes = Buffer.alloc(width * HASH_BYTES);
  const lines: Uint8Array[] = [];
  hashBundle(read?.bytes ?? Buffer.alloc(0), hashes, (nth, entry) => {
    const at = tile * TILE_WIDTH + nth;
    // A line end within an entry, which no entry of ours has, would make two of it.
    if (at >= range.leaf && at <= range.lastLeaf && !entry.includes(LINE_END)) lines.push(entry, LINE_END);
  });
  return isOfTree(tree, tile, hashes) ? lines : undefined;
}

function isOfTree(tree: ComputedTree, tile: number, hashes: Buffer): boolean {
  if (hashes.length < TILE_WIDTH * HASH_BYTES) return tree.tail.equals(hashes);
  const root = tree.level(1)?.subarray(tile * HASH_BYTES, (tile + 1) * HASH_BYTES);
  return root?.equals(rootOfTile(hashes)) === true;
}
