import { accessSync, constants, mkdirSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, syncFolder } from '#platform';
import { SEALED_CHUNK_BYTES } from '../domain/chunk-format';
import type { OutsideStore } from '../ports';

const DRAFTS = 'drafts';
const MARK = 'installation';
const REF = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A folder for each value of a reference's last byte: the first bytes of a reference are its time. */
const PLACES = 256;

/** Sealed chunks as files of a folder, one file for each object: chunk after chunk, all of one size but the last. A file has its name only when it is
 *  whole and on disk; until then it lies in `drafts/`.
 *  @throws AppError `object-dir-unusable` naming the folder */
export function folderObjects(dir: string): OutsideStore {
  prepare(dir);
  const draftOf = (ref: string): string => join(dir, DRAFTS, ref);
  const placeOf = (ref: string): string => join(dir, ref.slice(-2));
  const fileOf = (ref: string): string => join(placeOf(ref), ref);
  const folders = [DRAFTS, ...Array.from({ length: PLACES }, (_, n) => n.toString(16).padStart(2, '0'))];
  return {
    append: async (ref, number, ciphertext) => {
      // A later chunk never makes the file: who sweeps drafts away must be noticed.
      const flags = constants.O_WRONLY | constants.O_APPEND | (number === 0 ? constants.O_CREAT | constants.O_EXCL : 0);
      return ifThere(open(draftOf(ref), flags, 0o600), (file) => file.writeFile(ciphertext));
    },
    finish: async (ref) => {
      const isThere = await ifThere(open(draftOf(ref), 'r+'), (file) => file.sync());
      if (!isThere) return false;
      if ((await mkdir(placeOf(ref), { recursive: true, mode: 0o700 })) !== undefined) syncFolder(dir);
      const isMoved = await gone(rename(draftOf(ref), fileOf(ref)));
      if (isMoved) syncFolder(placeOf(ref));
      return isMoved;
    },
    read: async (ref, number) => {
      const bytes = Buffer.allocUnsafeSlow(SEALED_CHUNK_BYTES);
      let filled = 0;
      const isThere = await ifThere(open(fileOf(ref), 'r'), async (file) => {
        filled = await readAt(file, bytes, number * SEALED_CHUNK_BYTES);
      });
      if (!isThere) throw missing();
      return filled === 0 ? undefined : bytes.subarray(0, filled);
    },
    remove: async (refs) => {
      for (const ref of refs) for (const path of [draftOf(ref), fileOf(ref)]) await rm(path, { force: true });
    },
    parts: folders.length,
    listOlder: async (part, before) => {
      const folder = join(dir, folders[part]);
      const names = (await readdir(folder).catch(passOver<string[]>([]))).filter((name) => REF.test(name));
      const found: string[] = [];
      for (const name of names) {
        const facts = await stat(join(folder, name)).catch(passOver(undefined));
        if (facts !== undefined && facts.mtimeMs < before.getTime()) found.push(name);
      }
      return found;
    },
    belongsTo: async (installation) => {
      await writeFile(join(dir, MARK), `${installation}\n`, { flag: 'wx', mode: 0o600, flush: true }).catch(taken);
      return (await readFile(join(dir, MARK), 'utf8')).trim() === installation;
    },
  };
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
