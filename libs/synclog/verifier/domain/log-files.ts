import { hashesAt, parseTilePath, TILE_WIDTH, tilePath, widthAt } from '../../tlog/tiles';
import type { Finding } from '../findings';

/** Folder of the older checkpoints that a bundle keeps. */
export const OLDER_FOLDER = 'checkpoints/';

const KEPT_CHECKPOINT = new RegExp(`^${OLDER_FOLDER}\\d+$`);

/** The keys that the log has had; only in the bundle of a log whose key was replaced. */
export const KEYS_PATH = 'keys';

/** Whether a file is an older checkpoint that the bundle keeps. */
export function isKeptCheckpoint(path: string): boolean {
  return KEPT_CHECKPOINT.test(path);
}

/** Files that a checker reads; others in the folder, such as those that a system leaves in each folder, are no evidence. */
export function isLogFile(path: string): boolean {
  const isNamed = path === 'checkpoint' || path === 'key' || path === KEYS_PATH;
  return isNamed || isKeptCheckpoint(path) || parseTilePath(path) !== undefined;
}

/** Whether a file is one that the check of ranges reads: entries, and the hashes of entries. */
export function isReadWithEntries(path: string, size: number): boolean {
  const name = parseTilePath(path);
  if (name === undefined || (name.level !== 'entries' && name.level !== 0)) return false;
  return name.width === widthAt(name, size);
}

/** Paths of all tiles and bundles of a tree. */
export function filesOfTree(size: number): string[] {
  const paths: string[] = [];
  const addLevel = (level: number | 'entries', count: number): void => {
    for (let index = 0; index * TILE_WIDTH < count; index += 1)
      paths.push(tilePath({ level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) }));
  };
  for (let level = 0; hashesAt(level, size) > 0; level += 1) addLevel(level, hashesAt(level, size));
  addLevel('entries', size);
  return paths;
}

/** Tiles and bundles that the tree of this size does not have: entries that no checkpoint here speaks of. */
export function surplusFiles(paths: readonly string[], size: number): Finding[] {
  return paths
    .filter((path) => {
      const name = parseTilePath(path);
      if (name === undefined) return false;
      const count = name.level === 'entries' ? size : hashesAt(name.level, size);
      // A full tile may stand where the tree had a partial one.
      return name.index * TILE_WIDTH + (name.width === TILE_WIDTH ? 1 : name.width) > count;
    })
    .map((file): Finding => ({ code: 'surplus-entries', file }));
}
