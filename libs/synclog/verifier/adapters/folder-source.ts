import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseTilePath, TILE_BYTES, TILE_WIDTH } from '../../tlog/tiles';
import { MANIFEST_PATH } from '../domain/manifest';
import type { EvidenceSource } from '../ports';

/** An entry is at most 65,535 bytes, behind its length. */
const BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535);
/** 100 bytes for each file of a log of hundreds of millions of entries. */
const MANIFEST_BYTES = 400_000_000;
/** A checkpoint with its signatures, or a key. */
const NOTE_BYTES = 1_000_000;

/** Evidence in a folder: its regular files, and no link, pipe or device. Of a file that is larger than any of its kind no more is read than shows it. */
export function folderSource(dir: string): EvidenceSource {
  return {
    read: (path) => {
      const file = join(dir, path);
      try {
        const stat = lstatSync(file);
        if (!stat.isFile()) return undefined;
        const most = mostBytes(path);
        return stat.size <= most ? readFileSync(file) : readBegin(file, most + 1);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    list: () =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/')),
  };
}

/** What a file of this name can lawfully have. */
function mostBytes(path: string): number {
  const name = parseTilePath(path);
  if (name !== undefined) return name.level === 'entries' ? BUNDLE_BYTES : TILE_BYTES;
  return path === MANIFEST_PATH ? MANIFEST_BYTES : NOTE_BYTES;
}

function readBegin(file: string, bytes: number): Buffer {
  const begin = Buffer.alloc(bytes);
  const opened = openSync(file, 'r');
  try {
    return begin.subarray(0, readSync(opened, begin, 0, bytes, 0));
  } finally {
    closeSync(opened);
  }
}

/** A folder where a file should be is no file. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
