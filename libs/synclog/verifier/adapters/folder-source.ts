import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { EvidenceSource } from '../ports';

/** Evidence in a folder. */
export function folderSource(dir: string): EvidenceSource {
  return {
    read: (path) => {
      try {
        return readFileSync(join(dir, path));
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

/** A folder where a file should be is no file. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
