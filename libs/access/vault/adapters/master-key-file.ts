import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, changeFile, syncFolder } from '#platform';
import { KEY_BYTES } from '../domain/envelope';
import { readKeyRing, writeKeyRing, type KeyRing } from '../domain/key-ring';

const FILE_NAME = 'master.key';

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

/** Replaces the file by what `change` makes of it, whole and on disk or not at all; of two changes at once the second is refused before it has read anything.
 *  @throws AppError `master-key-busy` (retry), `master-key-unreadable`, `master-key-not-writable`, and whatever `change` throws */
export function changeMasterKeyFile(keyDir: string, change: (ring: KeyRing) => KeyRing): KeyRing {
  const changed: KeyRing[] = [];
  const file = {
    path: masterKeyPath(keyDir),
    holds: 'the master keys',
    busy: 'master-key-busy',
    notWritable: 'master-key-not-writable',
  };
  changeFile(file, () => {
    changed.push(change(readMasterKeyFile(keyDir)));
    return writeKeyRing(changed[0]);
  });
  return changed[0];
}

function unreadable(detail: string, cause: unknown): AppError {
  return new AppError({ code: 'master-key-unreadable', disposition: 'person', detail, cause });
}
