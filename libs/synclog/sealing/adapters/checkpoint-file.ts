import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCheckpoint } from '../../tlog/checkpoint';
import { parseNote } from '../../tlog/signed-note';
import type { CheckpointPlace } from '../ports';

/** The newest checkpoint as a file of its own, `DIR/checkpoint`. */
export function checkpointFile(dir: string): CheckpointPlace {
  const path = join(dir, 'checkpoint');
  const newest = async (): Promise<string[]> => {
    try {
      return [await readFile(path, 'utf8')];
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
      if (before !== undefined && parseCheckpoint(parseNote(before).text).size >= size) return;
      await mkdir(dir, { recursive: true });
      // Never half a note: whoever reads sees the one before or this one.
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, note);
      await rename(draft, path);
    },
  };
}
