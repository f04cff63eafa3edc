import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#platform';
import { noteSigner, type NoteSigner } from '../../tlog/signed-note';

const FILE_NAME = 'synclog.json';

/** The key of the sync log, which has no other use: KEY_DIR/synclog.json, an Ed25519 private JWK with `origin`, the log's name.
 *  @throws AppError `synclog-key-unreadable` naming the file */
export function fileLogKey(keyDir: string): NoteSigner {
  const path = join(keyDir, FILE_NAME);
  try {
    const { origin, ...jwk } = JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey & { origin?: unknown };
    if (typeof origin !== 'string' || jwk.crv !== 'Ed25519') throw new TypeError('not an Ed25519 key with origin');
    return noteSigner(origin, createPrivateKey({ key: jwk, format: 'jwk' }));
  } catch (cause) {
    throw new AppError({
      code: 'synclog-key-unreadable',
      disposition: 'person',
      detail: `${path} must hold an Ed25519 private JWK with origin, the name of the log`,
      cause,
    });
  }
}

/** Makes KEY_DIR/synclog.json where there is none; an existing one is never touched: a log keeps its name and its key.
 *  @param publicUrl the log is named after it, without scheme (C2SP tlog-checkpoint) */
export function ensureLogKey(keyDir: string, publicUrl: string): void {
  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const origin = `${publicUrl.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '')}/synclog`;
  try {
    writeFileSync(join(keyDir, FILE_NAME), `${JSON.stringify({ ...jwk, origin })}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
