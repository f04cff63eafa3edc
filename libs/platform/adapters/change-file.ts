import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../domain/errors';
import { syncFolder } from './sync-folder';

/** A file that is replaced whole, and what its failures are called. */
export interface ChangedFile {
  path: string;
  /** What it holds, in the plural: for a message. */
  holds: string;
  /** Codes of the errors. */
  busy: string;
  notWritable: string;
}

/** A change takes milliseconds: what is older was left by a process that was killed. */
const MAX_DRAFT_AGE_MS = 60_000;

/** Replaces an existing file by what `change` makes of it, whole and on disk or not at all, with the rights and the owner that it had. Two changes at once:
 *  the draft's name (`PATH.new`) belongs to the first, and the second is refused before it has read anything.
 *  @param change reads and decides while nobody else may; undefined leaves the file as it is. It runs only when the file can be replaced
 *  @throws AppError `busy` (retry), `notWritable`, and whatever `change` throws */
export function changeFile(file: ChangedFile, change: () => string | undefined): void {
  const draft = `${file.path}.new`;
  const handle = claimDraft(file, draft);
  let isReplaced = false;
  try {
    giveToOwnerOf(file, handle);
    const text = change();
    if (text === undefined) return;
    writeWhole(handle, text);
    fsyncSync(handle);
    // Who stood still for a minute has lost the draft to another.
    if (!isStill(draft, handle)) throw busyError(file, draft);
    renameSync(draft, file.path);
    isReplaced = true;
    syncFolder(dirname(file.path));
  } finally {
    // After the renaming a draft would be that of another.
    if (!isReplaced && isStill(draft, handle)) rmSync(draft, { force: true });
    closeSync(handle);
  }
}

function claimDraft(file: ChangedFile, draft: string): number {
  try {
    if (Date.now() - statSync(draft).mtimeMs > MAX_DRAFT_AGE_MS) rmSync(draft, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw busyError(file, draft, cause);
    throw new AppError({ code: file.notWritable, disposition: 'person', detail: `${draft} cannot be written`, cause });
  }
}

function busyError({ holds, busy }: ChangedFile, draft: string, cause?: unknown): AppError {
  const detail = `${holds} are being changed: ${draft} is there; one that a killed command left is passed over after a minute`;
  return new AppError({ code: busy, disposition: 'retry', detail, cause });
}

function isStill(draft: string, handle: number): boolean {
  return statSync(draft, { throwIfNoEntry: false })?.ino === fstatSync(handle).ino;
}

function writeWhole(handle: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.length;) from += writeSync(handle, bytes, from);
}

/** Who runs the command need not be who runs the gateway: a key that the gateway cannot read would stop it at its next start. Containers read the
 *  file as another user, in a folder that is closed: there its rights are wider, and stay as they are. */
function giveToOwnerOf({ path, notWritable }: ChangedFile, handle: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  // `change` says what it means that there is none.
  if (found === undefined) return;
  try {
    fchmodSync(handle, found.mode & 0o777);
    if (found.uid !== process.geteuid?.() || found.gid !== process.getegid?.())
      fchownSync(handle, found.uid, found.gid);
  } catch (cause) {
    const detail = `the new file cannot be given to the owner of ${path}: run the command as that user`;
    throw new AppError({ code: notWritable, disposition: 'person', detail, cause });
  }
}
