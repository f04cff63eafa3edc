import { createPrivateKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, changeFile, syncFolder, type ChangedFile } from '#platform';
import { assertKeyName } from '../tlog/signed-note';

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
  /** What else the file holds. */
  members: Readonly<Record<string, unknown>>;
}

/** @returns undefined where there is no file
 *  @throws AppError `unreadable` naming the file */
export function readNamedKey(file: NamedKeyFile): NamedKey | undefined {
  try {
    const {
      [file.member]: name,
      kty,
      crv,
      x,
      d,
      ...members
    } = JSON.parse(readFileSync(file.path, 'utf8')) as JsonWebKey;
    if (typeof name !== 'string') throw new TypeError('not a key with a name');
    assertKeyName(name);
    return { name, privateKey: privateKeyOf({ kty, crv, x, d }), members };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw keyUnreadable(file, cause);
  }
}

/** @throws TypeError when it is no Ed25519 private key */
export function privateKeyOf(jwk: JsonWebKey): KeyObject {
  if (jwk.crv !== 'Ed25519') throw new TypeError('not an Ed25519 key');
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

export function keyUnreadable({ path, member, unreadable }: NamedKeyFile, cause?: unknown): AppError {
  const detail = `${path} must hold an Ed25519 private JWK with ${member}`;
  return new AppError({ code: unreadable, disposition: 'person', detail, cause });
}

/** Makes a key where there is none; an existing one is never touched. Whole and on disk before it has its name: a key that was given out must not be lost,
 *  and half of one would stop every start. */
export function ensureNamedKey({ path, member }: NamedKeyFile, name: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = writeDraft(path, { ...privateKey.export({ format: 'jwk' }), [member]: name });
  try {
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Puts a key in the place of what the file holds, in one step, and for good when it returns; the file keeps its rights and its owner.
 *  @param codes of the errors
 *  @param change reads and decides while nobody else changes the file; undefined leaves it as it is
 *  @throws AppError `busy` (retry), `notWritable`: before `change` runs; and whatever that throws */
export function changeNamedKey(
  { path, member }: NamedKeyFile,
  codes: Omit<ChangedFile, 'path'>,
  change: () => NamedKey | undefined,
): void {
  changeFile({ path, ...codes }, () => {
    const key = change();
    if (key === undefined) return undefined;
    return textOf({ ...key.privateKey.export({ format: 'jwk' }), [member]: key.name, ...key.members });
  });
}

function writeDraft(path: string, content: object): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, textOf(content), { mode: 0o600, flag: 'wx', flush: true });
  return draft;
}

function textOf(content: object): string {
  return `${JSON.stringify(content)}\n`;
}
