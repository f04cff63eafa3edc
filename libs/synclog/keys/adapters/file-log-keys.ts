import type { JsonWebKey } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '#platform';
import {
  ensureNamedKey,
  keyUnreadable,
  privateKeyOf,
  readNamedKey,
  replaceNamedKey,
  type NamedKey,
  type NamedKeyFile,
} from '../../files/named-key-file';
import { followKeys, parseKeyChain, keyChainText, type KeyChain } from '../../tlog/key-chain';
import { parseStatement } from '../../tlog/key-statement';
import { noteSigner, parseVerifierKey, type NoteSigner } from '../../tlog/signed-note';
import type { LogKeyFiles } from '../app/rotate-log-key';
import type { LogKeyRing, LogKeys, PreviousKey } from '../log-key-ring';

const UNREADABLE = 'synclog-key-unreadable';
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

/** The same folder for who replaces the key. */
export function logKeyFiles(keyDir: string, now: () => Date): LogKeyFiles {
  const [file, next] = [currentIn(keyDir), nextIn(keyDir)];
  return {
    read: () => readRing(file),
    draft: () => {
      const ring = readRing(file);
      ensureNamedKey(next, ring.name);
      const signer = signerOf(readOrThrow(next));
      return signer.vkey === ring.current.vkey ? undefined : signer;
    },
    install: (statement) => {
      const [old, drafted, ring] = [readOrThrow(file), readOrThrow(next), readRing(file)];
      const chain = { first: ring.chain.first, statements: [...ring.chain.statements, statement] };
      const members = {
        previous: previousFor([old.privateKey.export({ format: 'jwk' }), ...jwksOf(old)], chain, now()),
      };
      replaceNamedKey(file, { ...drafted, members: { ...members, keys: keyChainText(chain) } });
      forget(next.path, keyDir);
    },
    forgetDraft: () => forget(next.path, keyDir),
  };
}

/** Destroys the older keys: all, or those whose time is over.
 *  @returns how many are left */
export function dropPreviousKeys(keyDir: string, { now, areAllMeant }: { now: Date; areAllMeant: boolean }): number {
  const file = currentIn(keyDir);
  const [key, { chain }] = [readOrThrow(file), readRing(file)];
  const previous = areAllMeant ? [] : previousFor(jwksOf(key), chain, now);
  replaceNamedKey(file, { ...key, members: { ...key.members, previous } });
  return previous.length;
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
