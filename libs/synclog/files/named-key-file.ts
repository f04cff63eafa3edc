import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '#platform';
import { assertKeyName } from '../tlog/signed-note';
import { syncFolder } from './sync-folder';

/** A file with an Ed25519 private JWK, and the name under which the key signs as a member of it. */
export interface NamedKeyFile {
  path: string;
  /** Of the name. */
  member: string;
  /** Code of the error for a file that holds no such key. */
  unreadable: string;
}

export interface NamedKey {
  name: string;
  privateKey: KeyObject;
}

/** @returns undefined where there is no file
 *  @throws AppError `unreadable` naming the file */
export function readNamedKey(file: NamedKeyFile): NamedKey | undefined {
  try {
    const { [file.member]: name, ...jwk } = JSON.parse(readFileSync(file.path, 'utf8')) as JsonWebKey;
    if (typeof name !== 'string' || jwk.crv !== 'Ed25519') throw new TypeError('not an Ed25519 key with a name');
    assertKeyName(name);
    return { name, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw keyUnreadable(file, cause);
  }
}

export function keyUnreadable({ path, member, unreadable }: NamedKeyFile, cause?: unknown): AppError {
  const detail = `${path} must hold an Ed25519 private JWK with ${member}`;
  return new AppError({ code: unreadable, disposition: 'person', detail, cause });
}

/** Makes a key where there is none; an existing one is never touched. Whole and on disk before it has its name: a key that was given out must not be lost,
 *  and half of one would stop every start. */
export function ensureNamedKey({ path, member }: NamedKeyFile, name: string): void {
  const dir = dirname(path);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify({ ...jwk, [member]: name })}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(draft, path);
    syncFolder(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
