import type { JsonWebKey } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '#platform';
import {
  changeNamedKey,
  ensureNamedKey,
  keyUnreadable,
  privateKeyOf,
  readNamedKey,
  type NamedKey,
  type NamedKeyFile,
} from '../../files/named-key-file';
import { followKeys, parseKeyChain, keyChainText, type KeyChain } from '../../tlog/key-chain';
import { parseStatement } from '../../tlog/key-statement';
import { noteSigner, parseVerifierKey, type NoteSigner } from '../../tlog/signed-note';
import type { LogKeyFiles } from '../app/rotate-log-key';
import type { LogKeyRing, LogKeys, PreviousKey } from '../log-key-ring';

const UNREADABLE = 'synclog-key-unreadable';
const CHANGE = {
  holds: 'the keys of the log',
  busy: 'synclog-key-busy',
  notWritable: 'synclog-key-not-writable',
};
const currentIn = (keyDir: string): NamedKeyFile => ({
  path: join(keyDir, 'synclog.json'),
  member: 'origin',
  unreadable: UNREADABLE,
});
/** A key that is on its way into use. */
const nextIn = (keyDir: string): NamedKeyFile => ({ ...currentIn(keyDir), path: join(keyDir, 'synclog.next.json') });

/** The keys of the sync log, which have no other use: KEY_DIR/synclog.json, an Ed25519 private JWK with `origin`, the log's name. After a rotation also
 *  `previous`, private JWKs that still sign, and `keys`, what the log has said of its keys. Read again when the file was replaced.
 *  @throws AppError `synclog-key-unreadable` naming the file, at once and later */
export function fileLogKeys(keyDir: string): LogKeys {
  const file = currentIn(keyDir);
  let known = { version: versionOf(file.path), ring: readRing(file) };
  return () => {
    const version = versionOf(file.path);
    if (version === undefined || known.version !== version) known = { version, ring: readRing(file) };
    return known.ring;
  };
}

/** Makes KEY_DIR/synclog.json where there is none: a log keeps its name.
 *  @param publicUrl the log is named after it, without scheme (C2SP tlog-checkpoint) */
export function ensureLogKey(keyDir: string, publicUrl: string): void {
  ensureNamedKey(currentIn(keyDir), `${publicUrl.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, '')}/synclog`);
}

/** The same folder for who replaces the key. Each step reads and writes while nobody else does, another `rotate-key` or `drop-old-keys` least of all: the
 *  draft is the only copy of a key that the log may have named already.
 *  @throws AppError `synclog-key-busy` (retry), `synclog-key-not-writable`, `synclog-key-unreadable` */
export function logKeyFiles(keyDir: string, now: () => Date): LogKeyFiles {
  const [file, next] = [currentIn(keyDir), nextIn(keyDir)];
  const forgetDraft = (): void => {
    alone(file, () => {
      const drafted = readNamedKey(next);
      // Only what the file itself gives back: another rotation may have drafted its key by now.
      if (drafted !== undefined && isNamed(readRing(file).chain, signerOf(drafted).vkey)) forget(next.path, keyDir);
    });
  };
  return {
    read: () => readRing(file),
    draft: () => alone(file, () => draftIn(file, next)),
    install: (statement) => {
      changeNamedKey(file, CHANGE, () => installed({ file, next, statement, now: now() }));
      forgetDraft();
    },
    forgetDraft,
  };
}

/** Destroys the older keys: all, or those whose time is over.
 *  @returns how many are left
 *  @throws AppError `synclog-key-busy` (retry), `synclog-key-not-writable`, `synclog-key-unreadable` */
export function dropPreviousKeys(keyDir: string, { now, areAllMeant }: { now: Date; areAllMeant: boolean }): number {
  const file = currentIn(keyDir);
  let previous: JsonWebKey[] = [];
  changeNamedKey(file, CHANGE, () => {
    const [key, { chain }] = [readOrThrow(file), readRing(file)];
    previous = areAllMeant ? [] : previousFor(jwksOf(key), chain, now);
    return { ...key, members: { ...key.members, previous } };
  });
  return previous.length;
}

/** Does it while nobody else changes the file. */
function alone<T>(file: NamedKeyFile, work: () => T): T {
  const results: T[] = [];
  changeNamedKey(file, CHANGE, () => void results.push(work()));
  return results[0];
}

/** @returns undefined when the drafted key is in use */
function draftIn(file: NamedKeyFile, next: NamedKeyFile): NoteSigner | undefined {
  const ring = readRing(file);
  ensureNamedKey(next, ring.name);
  const signer = signerOf(readOrThrow(next));
  return isNamed(ring.chain, signer.vkey) ? undefined : signer;
}

interface Installation {
  file: NamedKeyFile;
  next: NamedKeyFile;
  statement: string;
  now: Date;
}

/** What the file is to hold; undefined when another run of the same rotation was faster, and it holds the key. */
function installed({ file, next, statement, now }: Installation): NamedKey | undefined {
  const { chain: before } = readRing(file);
  const { newKey } = parseStatement(statement);
  if (isNamed(before, newKey)) return undefined;
  const [old, drafted] = [readOrThrow(file), readOrThrow(next)];
  if (signerOf(drafted).vkey !== newKey) throw keyUnreadable(next);
  const chain = { first: before.first, statements: [...before.statements, statement] };
  const previous = previousFor([old.privateKey.export({ format: 'jwk' }), ...jwksOf(old)], chain, now);
  return { ...drafted, members: { previous, keys: keyChainText(chain) } };
}

/** Whether the log has, or has had, this key. */
function isNamed({ first, statements }: KeyChain, vkey: string): boolean {
  return first === vkey || statements.some((note) => parseStatement(note).newKey === vkey);
}

function forget(path: string, keyDir: string): void {
  rmSync(path, { force: true });
  syncFolder(keyDir);
}

/** A rename gives the name to another file. */
function versionOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino}/${found.mtimeMs}/${found.size}`;
}

function readOrThrow(file: NamedKeyFile): NamedKey {
  const key = readNamedKey(file);
  if (key === undefined) throw keyUnreadable(file);
  return key;
}

function readRing(file: NamedKeyFile): LogKeyRing {
  const key = readOrThrow(file);
  const current = signerOf(key);
  try {
    const chain = chainOf(key, current);
    const previous = jwksOf(key).map((jwk) => previousKey(noteSigner(key.name, privateKeyOf(jwk)), chain));
    return { name: key.name, current, previous: previous.filter((one) => one !== undefined), chain };
  } catch (cause) {
    throw keyUnreadable(file, cause);
  }
}

function signerOf({ name, privateKey }: NamedKey): NoteSigner {
  return noteSigner(name, privateKey);
}

/** @throws TypeError when it does not lead to the current key */
function chainOf({ members: { keys } }: NamedKey, current: NoteSigner): KeyChain {
  if (keys === undefined) return { first: current.vkey, statements: [] };
  if (typeof keys !== 'string') throw new TypeError('keys is no text');
  const chain = parseKeyChain(keys);
  const { keys: followed, breaks } = followKeys(parseVerifierKey(current.vkey), chain);
  const isLed = breaks.length === 0 && followed.length === chain.statements.length + 1;
  const last = chain.statements.map((note) => parseStatement(note).newKey).at(-1) ?? chain.first;
  if (!isLed || last !== current.vkey) throw new TypeError('the statements do not lead to the key');
  return chain;
}

function jwksOf({ members: { previous } }: NamedKey): JsonWebKey[] {
  return Array.isArray(previous) ? (previous as JsonWebKey[]) : [];
}

/** Of the statement that replaced it; undefined for a key that none replaced. */
function previousKey(signer: NoteSigner, { statements }: KeyChain): PreviousKey | undefined {
  const statement = statements.map(parseStatement).find(({ oldKey }) => oldKey === signer.vkey);
  return statement && { signer, until: new Date(statement.until) };
}

/** Those whose time is not over. */
function previousFor(jwks: readonly JsonWebKey[], chain: KeyChain, now: Date): JsonWebKey[] {
  const { name } = parseVerifierKey(chain.first);
  return jwks.filter((jwk) => {
    const key = previousKey(noteSigner(name, privateKeyOf(jwk)), chain);
    return key !== undefined && now < key.until;
  });
}
