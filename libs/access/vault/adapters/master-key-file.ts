import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AppError, syncFolder } from '#platform';
import { KEY_BYTES } from '../domain/envelope';
import { readKeyRing, writeKeyRing, type KeyRing } from '../domain/key-ring';

const FILE_NAME = 'master.key';
const DRAFT_NAME = 'master.key.new';
/** A change takes milliseconds: what is older was left by a process that was killed. */
const MAX_DRAFT_AGE_MS = 60_000;

/** Master keys of an installation without a key service: KEY_DIR/master.key, readable by its owner only.
 *  @throws AppError `master-key-unreadable` naming the file */
export function readMasterKeyFile(keyDir: string): KeyRing {
  const path = masterKeyPath(keyDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(`cannot read the master key file ${path}`, cause);
  }
  try {
    return readKeyRing(text);
  } catch (cause) {
    // A seed that does not open (`vault-tampered`) means the same here: the file was damaged or changed by hand.
    throw unreadable(`${path} ${cause instanceof TypeError ? cause.message : 'does not fit together'}`, cause);
  }
}

export function masterKeyPath(keyDir: string): string {
  return join(keyDir, FILE_NAME);
}

/** Makes KEY_DIR/master.key where there is none; an existing one is never touched. */
export function ensureMasterKey(keyDir: string): void {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(masterKeyPath(keyDir), `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    syncFolder(keyDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Replaces the file by what `change` makes of it, whole and on disk or not at all. Two changes at once: the draft's name belongs to the first, and
 *  the second is refused before it has read anything.
 *  @throws AppError `master-key-busy` (retry), `master-key-unreadable`, `master-key-not-writable`, and whatever `change` throws */
export function changeMasterKeyFile(keyDir: string, change: (ring: KeyRing) => KeyRing): KeyRing {
  const draft = join(keyDir, DRAFT_NAME);
  const file = claimDraft(draft);
  try {
    const changed = change(readMasterKeyFile(keyDir));
    writeWhole(file, writeKeyRing(changed));
    giveToOwnerOf(masterKeyPath(keyDir), file);
    fsyncSync(file);
    renameSync(draft, masterKeyPath(keyDir));
    syncFolder(keyDir);
    return changed;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function claimDraft(draft: string): number {
  try {
    if (Date.now() - statSync(draft).mtimeMs > MAX_DRAFT_AGE_MS) rmSync(draft, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new AppError({
      code: isTaken ? 'master-key-busy' : 'master-key-not-writable',
      disposition: isTaken ? 'retry' : 'person',
      detail: isTaken
        ? `the master keys are being changed: ${draft} is there; one that a killed command left is passed over after a minute`
        : `${draft} cannot be written`,
      cause,
    });
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
}

/** Who runs the command need not be who runs the gateway: a key that the gateway cannot read would stop it at its next start. Containers read the
 *  file as another user, in a folder that is closed: there its rights are wider, and stay as they are. */
function giveToOwnerOf(path: string, file: number): void {
  const { uid, gid, mode } = statSync(path);
  fchmodSync(file, mode & 0o777);
  if (uid === process.geteuid?.() && gid === process.getegid?.()) return;
  try {
    fchownSync(file, uid, gid);
  } catch (cause) {
    const detail = `the new file cannot be given to the owner of ${path}: run the command as that user`;
    throw new AppError({ code: 'master-key-not-writable', disposition: 'person', detail, cause });
  }
}

function unreadable(detail: string, cause: unknown): AppError {
  return new AppError({ code: 'master-key-unreadable', disposition: 'person', detail, cause });
}
