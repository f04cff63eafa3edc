import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '#platform';
import type { WitnessStore } from '../ports';

const DRAFT = '.draft';

/** The memory of a witness: `DIR/logs/<log id>` holds the keys that it trusts for a log, `DIR/checkpoints/<log id>` what it cosigned last. Everything
 *  runs to its end in one turn of the event loop, so that two requests cannot come between each other's reading and writing. */
export class FileWitnessStore implements WitnessStore {
  private readonly logs: string;
  private readonly checkpoints: string;

  constructor(dir: string) {
    this.logs = join(dir, 'logs');
    this.checkpoints = join(dir, 'checkpoints');
    for (const folder of [dir, this.logs, this.checkpoints]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    syncFolder(dir);
  }

  keysOf(logId: string): readonly string[] {
    return keysIn(readIfThere(join(this.logs, logId)));
  }

  /** @returns false when other keys than these are trusted by now */
  replaceKeys(logId: string, before: readonly string[], next: readonly string[]): boolean {
    const text = before.length === 0 ? undefined : textOf(before);
    return this.write(this.logs, logId, { before: text, next: textOf(next) });
  }

  latest(logId: string): string | undefined {
    return readIfThere(join(this.checkpoints, logId));
  }

  replace(logId: string, before: string | undefined, next: string): boolean {
    return this.write(this.checkpoints, logId, { before, next });
  }

  /** Removes what a kill in the middle of writing has left; until then nothing more is written for that log. For the one who serves, at its start. */
  forgetDrafts(): void {
    for (const folder of [this.logs, this.checkpoints])
      for (const name of readdirSync(folder)) if (name.endsWith(DRAFT)) rmSync(join(folder, name), { force: true });
  }

  /** The draft is the lock: whoever creates it may look once more and rename it into place, also beside another process on the same folder. */
  private write(folder: string, name: string, { before, next }: { before: string | undefined; next: string }): boolean {
    const path = join(folder, name);
    const draft = path + DRAFT;
    const file = openSync(draft, 'wx', 0o600);
    let isDone = false;
    try {
      if (readIfThere(path) !== before) return false;
      writeFileSync(file, next);
      fsyncSync(file);
      renameSync(draft, path);
      isDone = true;
    } finally {
      closeSync(file);
      // After the renaming a draft would be that of another.
      if (!isDone) rmSync(draft, { force: true });
    }
    syncFolder(folder);
    return true;
  }
}

/** One on a line. */
function keysIn(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}

function textOf(keys: readonly string[]): string {
  return keys.map((key) => `${key}\n`).join('');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
