import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A new name in a folder outlives a loss of power only when the folder is written, too. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
