import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError, codeOf, syncFolder } from '#platform';
import type { LogArchive } from '../ports';

/** A full bundle of the largest entries, each behind its length. */
const MAX_BYTES = 256 * (2 + 16_384);

/** The archive in a folder, as an export of the log has it. @param dir null where nothing is archived, or not reached from here */
export function folderArchive(dir: string | null): LogArchive {
  return {
    read: async (path) => {
      if (dir === null) return undefined;
      try {
        return await readFileUpTo(join(dir, path));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}

async function readFileUpTo(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size <= MAX_BYTES) return await file.readFile();
    throw new AppError({ code: 'file-too-large', disposition: 'person', detail: 'no bundle of the log is so large' });
  } finally {
    await file.close();
  }
}

/** Brings the names in all folders of the archive, and its own, onto the disk; the files themselves are there when they have their names. */
export function settleFolder(dir: string): void {
  const inside = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isDirectory());
  const folders = [dirname(resolve(dir)), dir, ...inside.map(({ parentPath, name }) => join(parentPath, name))];
  for (const folder of folders) syncFolder(folder);
}
