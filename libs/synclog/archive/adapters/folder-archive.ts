import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, syncFolder } from '#platform';
import type { LogArchive } from '../ports';

/** The archive in a folder, as an export of the log has it. @param dir null where nothing is archived, or not reached from here */
export function folderArchive(dir: string | null): LogArchive {
  return {
    read: async (path) => {
      if (dir === null) return undefined;
      try {
        return await readFile(join(dir, path));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

/** Brings the names in all folders of the archive onto the disk; the files themselves are there when they have their names. */
export function settleFolder(dir: string): void {
  const inside = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isDirectory());
  for (const folder of [dir, ...inside.map(({ parentPath, name }) => join(parentPath, name))]) syncFolder(folder);
}
