import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#platform';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { parseNote } from '../../tlog/signed-note';
import type { CheckpointPlace } from '../ports';

/** The newest checkpoint as a file of its own, `DIR/checkpoint`. */
export function checkpointFile(dir: string): CheckpointPlace {
  const path = join(dir, 'checkpoint');
  const newest = async (): Promise<string[]> => {
    try {
      const note = await readFile(path, 'utf8');
      sizeOf(note, path);
      return [note];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  };
  return {
    name: 'file',
    newest,
    publish: async ({ size, note }) => {
      const [before] = await newest();
      // Another sealer may have been faster.
      if (before !== undefined && sizeOf(before, path) >= size) return;
      await mkdir(dir, { recursive: true });
      // Never half a note: whoever reads sees the one before or this one. Workers in containers may have the same process id.
      const draft = `${path}.${randomUUID()}`;
      await writeFile(draft, note, { flag: 'wx', flush: true });
      await rename(draft, path);
    },
  };
}

/** @throws AppError `checkpoint-unreadable` naming the file */
function sizeOf(note: string, path: string): number {
  try {
    return parseCheckpoint(parseNote(note).text).size;
  } catch (cause) {
    throw new AppError({
      code: 'checkpoint-unreadable',
      disposition: 'person',
      detail: `${path} holds no checkpoint; look at it, and move it away`,
      cause,
    });
  }
}
