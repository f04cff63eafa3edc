import { closeSync, openSync, writeFileSync } from 'node:fs';
import { TILE_WIDTH, widthAt } from '../../tlog/tiles';
import { forEachEntry, readBundle } from '../domain/bundle';
import type { LeafRange } from '../domain/leaf-ranges';
import type { EvidenceSource } from '../ports';

const LINE_END = Buffer.from('\n');

/** Writes the proven entries of a bundle, one a line, byte for byte. Read again: a log need not fit into memory. */
export function writeBundleEntries(
  file: string,
  source: EvidenceSource,
  { proven, size }: { proven: readonly LeafRange[]; size: number },
): void {
  const out = openSync(file, 'w');
  try {
    for (const { leaf, lastLeaf } of proven)
      for (let tile = Math.floor(leaf / TILE_WIDTH); tile * TILE_WIDTH <= lastLeaf; tile += 1) {
        const read = readBundle(source, tile, widthAt({ level: 0, index: tile }, size));
        const lines: Uint8Array[] = [];
        forEachEntry(read?.bytes ?? Buffer.alloc(0), (nth, entry) => {
          const at = tile * TILE_WIDTH + nth;
          // A line end within an entry, which no entry of ours has, would make two of it.
          if (at >= leaf && at <= lastLeaf && !entry.includes(LINE_END)) lines.push(entry, LINE_END);
        });
        writeFileSync(out, Buffer.concat(lines));
      }
  } finally {
    closeSync(out);
  }
}

export function writeLines(file: string, lines: readonly string[]): void {
  const out = openSync(file, 'w');
  try {
    for (const line of lines) if (!line.includes('\n')) writeFileSync(out, `${line}\n`);
  } finally {
    closeSync(out);
  }
}
