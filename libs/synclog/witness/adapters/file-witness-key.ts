import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#platform';
import { noteCosigner, type NoteCosigner } from '../../tlog/signed-note';
import { syncFolder } from './sync-folder';

const FILE_NAME = 'witness.json';

/** The key of a witness, which has no other use: DIR/witness.json, an Ed25519 private JWK with `name`.
 *  @returns undefined where there is none
 *  @throws AppError `witness-key-unreadable` naming the file */
export function fileWitnessKey(dir: string): NoteCosigner | undefined {
  const path = join(dir, FILE_NAME);
  try {
    const { name, ...jwk } = JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey & { name?: unknown };
    if (typeof name !== 'string' || jwk.crv !== 'Ed25519') throw new TypeError('not an Ed25519 key with name');
    return noteCosigner(name, createPrivateKey({ key: jwk, format: 'jwk' }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError({
      code: 'witness-key-unreadable',
      disposition: 'person',
      detail: `${path} must hold an Ed25519 private JWK with name, the name of the witness`,
      cause,
    });
  }
}

/** Makes DIR/witness.json where there is none; an existing one is never touched: a witness keeps its name and its key.
 *  @throws TypeError for a name that is empty or holds white space or `+` */
export function ensureWitnessKey(dir: string, name: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  noteCosigner(name, privateKey);
  const jwk = privateKey.export({ format: 'jwk' });
  // Whole and on disk before it has its name: a key that was given out must not be lost, and half of one would stop every start.
  const draft = join(dir, `${FILE_NAME}.${randomUUID()}`);
  writeFileSync(draft, `${JSON.stringify({ ...jwk, name })}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, join(dir, FILE_NAME));
    syncFolder(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
