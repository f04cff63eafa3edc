import { accessSync, constants, mkdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, syncFolder } from '#platform';
import { SEALED_CHUNK_BYTES } from '../domain/chunk-format';
import type { OutsideStore, SetAside } from '../ports';

const DRAFTS = 'drafts';
/** What was an orphan when it was last looked at; a file's time is that of the look. */
const ASIDE = 'orphans';
const MARK = 'installation';
const REF = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A folder for each value of a reference's last byte: the first bytes of a reference are its time. */
const PLACES = 256;

/** Sealed chunks as files of a folder, one file for each object: chunk after chunk, all of one size but the last. A file has its name only when it is
 *  whole and on disk; until then it lies in `drafts/`. An orphan lies in `orphans/` for a while, where it is read all the same.
 *  @throws AppError `object-dir-unusable` naming the folder */
export function folderObjects(dir: string): OutsideStore {
  prepare(dir);
  const paths = pathsIn(dir);
  const folders = [DRAFTS, ...Array.from({ length: PLACES }, (_, n) => n.toString(16).padStart(2, '0'))];
  return {
    append: async (ref, number, ciphertext) => {
      // A later chunk never makes the file: who sweeps drafts away must be noticed.
      const flags = constants.O_WRONLY | constants.O_APPEND | (number === 0 ? constants.O_CREAT | constants.O_EXCL : 0);
      return ifThere(open(paths.draft(ref), flags, 0o600), (file) => file.writeFile(ciphertext));
    },
    finish: async (ref) => {
      const isThere = await ifThere(open(paths.draft(ref), 'r+'), (file) => file.sync());
      if (!isThere) return false;
      if ((await mkdir(paths.place(ref), { recursive: true, mode: 0o700 })) !== undefined) syncFolder(dir);
      const isMoved = await gone(rename(paths.draft(ref), paths.file(ref)));
      if (isMoved) syncFolder(paths.place(ref));
      return isMoved;
    },
    read: async (ref, number) => {
      const bytes = Buffer.allocUnsafeSlow(SEALED_CHUNK_BYTES);
      // Its place once more at the end: it may be moved back between the first two looks.
      for (const path of [paths.file(ref), paths.aside(ref), paths.file(ref)]) {
        let filled = 0;
        const isThere = await ifThere(open(path, 'r'), async (file) => {
          filled = await readAt(file, bytes, number * SEALED_CHUNK_BYTES);
        });
        if (isThere) return filled === 0 ? undefined : bytes.subarray(0, filled);
      }
      throw missing();
    },
    remove: async (refs) => {
      for (const ref of refs)
        for (const path of [paths.draft(ref), paths.file(ref), paths.aside(ref)]) await rm(path, { force: true });
    },
    parts: folders.length,
    listOlder: async (part, before) => {
      const found = await filesOf(join(dir, folders[part]));
      return found.filter(({ at }) => at < before.getTime()).map(({ ref }) => ref);
    },
    ...asideOf(paths),
    mark: async () => (await readFile(join(dir, MARK), 'utf8').catch(passOver(undefined)))?.trim(),
    belongsTo: async (installation) => {
      await writeFile(join(dir, MARK), `${installation}\n`, { flag: 'wx', mode: 0o600, flush: true }).catch(taken);
      return (await readFile(join(dir, MARK), 'utf8')).trim() === installation;
    },
  };
}

/** Where the file of a reference is while it is written, when it is whole, and as an orphan. */
interface Paths {
  draft(ref: string): string;
  place(ref: string): string;
  file(ref: string): string;
  aside(ref: string): string;
  asides: string;
}

function pathsIn(dir: string): Paths {
  const place = (ref: string): string => join(dir, ref.slice(-2));
  return {
    draft: (ref) => join(dir, DRAFTS, ref),
    place,
    file: (ref) => join(place(ref), ref),
    aside: (ref) => join(dir, ASIDE, ref),
    asides: join(dir, ASIDE),
  };
}

function asideOf(paths: Paths): Pick<OutsideStore, 'setAside' | 'listAside' | 'takeBack'> {
  return {
    setAside: async (refs, at) => {
      await mkdir(paths.asides, { recursive: true, mode: 0o700 });
      for (const ref of refs) {
        await rm(paths.draft(ref), { force: true });
        // The time before the move: killed in between, it is a young file, and never an orphan of long ago.
        await utimes(paths.file(ref), at, at).catch(passOver(undefined));
        await gone(rename(paths.file(ref), paths.aside(ref)));
      }
    },
    listAside: async () => {
      const found = await filesOf(paths.asides);
      return found.map(({ ref, at }): SetAside => ({ ref, since: new Date(at) }));
    },
    takeBack: async (refs) => {
      for (const ref of refs) {
        await mkdir(paths.place(ref), { recursive: true, mode: 0o700 });
        await gone(rename(paths.aside(ref), paths.file(ref)));
      }
    },
  };
}

/** The objects of a folder with the time of their last change, ms. */
async function filesOf(folder: string): Promise<{ ref: string; at: number }[]> {
  const names = (await readdir(folder).catch(passOver<string[]>([]))).filter((name) => REF.test(name));
  const found: { ref: string; at: number }[] = [];
  for (const ref of names) {
    const facts = await stat(join(folder, ref)).catch(passOver(undefined));
    if (facts !== undefined) found.push({ ref, at: facts.mtimeMs });
  }
  return found;
}

function prepare(dir: string): void {
  try {
    mkdirSync(join(dir, DRAFTS), { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const detail = `OBJECT_DIR ${dir} cannot be read and written (${codeOf(cause)})`;
    throw new AppError({ code: 'object-dir-unusable', disposition: 'person', detail, cause });
  }
}

/** Fewer bytes than asked for come at the end of the file only. */
async function readAt(file: FileHandle, bytes: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** False when there is no such file. Each use opens and closes it: a reader or writer that is given up leaves nothing open. */
async function ifThere(opening: Promise<FileHandle>, use: (file: FileHandle) => Promise<void>): Promise<boolean> {
  const file = await opening.catch(passOver(undefined));
  if (file === undefined) return false;
  try {
    await use(file);
    return true;
  } finally {
    await file.close();
  }
}

async function gone(moving: Promise<void>): Promise<boolean> {
  return moving.then(() => true).catch(passOver(false));
}

/** What is not there is an answer; anything else is an error. */
function passOver<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return answer;
    throw error;
  };
}

function taken(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
}

function missing(): AppError {
  const detail = 'the file of a sealed object is not there: see the how-to about the vault';
  return new AppError({ code: 'vault-object-missing', disposition: 'person', detail });
}
