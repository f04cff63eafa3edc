import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#platform';
import { KEY_BYTES, unwrapKey, wrapKey } from '../domain/envelope';
import type { MasterKeys } from '../ports';

const FILE_NAME = 'master.key';

/** Master key of an installation without a key service: KEY_DIR/master.key, 32 bytes in base64, readable by its owner only.
 *  Its id is the first 8 hex digits of its SHA-256.
 *  @throws AppError `master-key-unreadable` naming the file */
export function fileMasterKeys(keyDir: string): MasterKeys {
  const master = readMasterKey(join(keyDir, FILE_NAME));
  const currentId = createHash('sha256').update(master).digest('hex').slice(0, 8);
  return {
    currentId,
    wrap: async (key, context) => wrapKey(master, key, context),
    unwrap: async (masterKeyId, wrapped, context) => {
      if (masterKeyId !== currentId) {
        throw new AppError({
          code: 'master-key-unknown',
          disposition: 'person',
          detail: `content is wrapped by master key ${masterKeyId}, ours is ${currentId}`,
        });
      }
      return unwrapKey(master, wrapped, context);
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), purpose, KEY_BYTES)),
  };
}

/** Makes KEY_DIR/master.key where there is none; an existing one is never touched. */
export function ensureMasterKey(keyDir: string): void {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(join(keyDir, FILE_NAME), `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readMasterKey(path: string): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError({
      code: 'master-key-unreadable',
      disposition: 'person',
      detail: `cannot read the master key file ${path}`,
      cause,
    });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new AppError({
      code: 'master-key-unreadable',
      disposition: 'person',
      detail: `${path} must hold 32 bytes in base64`,
    });
  return key;
}
