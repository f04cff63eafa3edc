import { createHash, createHmac } from 'node:crypto';
import { KEY_BYTES, unwrapKey, wrapKey } from './envelope';

/** 32 random bytes that wrap the keys of owners. */
interface MasterKey {
  /** First 8 hex digits of the SHA-256 of the key. */
  id: string;
  key: Buffer;
  /** RFC 3339; null for the key of an installation that never changed it. */
  madeAt: string | null;
}

/** The master keys of an installation, oldest first, and what its derived secrets come from. A value: changes give a new one. */
export interface KeyRing {
  /** Id of the key that wraps new keys. */
  currentId: string;
  keys: readonly MasterKey[];
  /** HKDF's pseudo-random key (RFC 5869, extract) of the first master key: a change of the master key must not change what was derived before, or
   *  duplicates would not be recognised and links not found. It gives every derived key and does not give the master key back. */
  seed: Buffer;
}

const FORMAT = 'lienthong/master-keys/1';
const SEED_CONTEXT = 'lienthong/derivation-seed/1';
const NO_SALT = Buffer.alloc(32);

export function masterKeyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

/** 32 bytes for one purpose: HKDF-SHA-256 without salt over the first master key. */
export function deriveFrom(seed: Buffer, purpose: string): Buffer {
  return createHmac('sha256', seed)
    .update(Buffer.concat([Buffer.from(purpose, 'utf8'), Buffer.of(1)]))
    .digest();
}

/** Reads either form: 32 bytes in base64, as made at the start, or the document that the first change of the key makes of it.
 *  @throws TypeError that completes "the file …", without a byte of it */
export function readKeyRing(text: string): KeyRing {
  if (text.trimStart().startsWith('{')) return ofDocument(documentOf(text));
  const key = bytesOf(text.trim());
  const id = masterKeyId(key);
  return {
    currentId: id,
    keys: [{ id, key, madeAt: null }],
    seed: createHmac('sha256', NO_SALT).update(key).digest(),
  };
}

/** The document form; the seed is wrapped by the current key, so that whoever retires an old one loses nothing. */
export function writeKeyRing({ currentId, keys, seed }: KeyRing): string {
  const seal = wrapKey(keyOf(keys, currentId).key, seed, SEED_CONTEXT).toString('base64');
  const listed = keys.map(({ id, key, madeAt }) => ({ id, madeAt, key: key.toString('base64') }));
  return `${JSON.stringify({ format: FORMAT, current: currentId, seed: seal, keys: listed }, null, 2)}\n`;
}

/** @throws RangeError when there is a key of this id already */
export function withKey(ring: KeyRing, key: Buffer, madeAt: string): { ring: KeyRing; id: string } {
  const id = masterKeyId(key);
  if (ring.keys.some((one) => one.id === id)) throw new RangeError('there is a key of this id already');
  return { id, ring: { ...ring, keys: [...ring.keys, { id, key, madeAt }] } };
}

/** Wraps from now on with a key that was added after the current one: an older one would come back only by mistake.
 *  @throws RangeError for any other id */
export function withCurrent(ring: KeyRing, id: string): KeyRing {
  const place = (of: string): number => ring.keys.findIndex((key) => key.id === of);
  if (place(id) <= place(ring.currentId))
    throw new RangeError('no key that was made after the current one has this id');
  return { ...ring, currentId: id };
}

/** @throws RangeError for the current key and for an unknown id */
export function withoutKey(ring: KeyRing, id: string): KeyRing {
  if (id === ring.currentId) throw new RangeError('it is the current key');
  keyOf(ring.keys, id);
  return { ...ring, keys: ring.keys.filter((key) => key.id !== id) };
}

function keyOf(keys: readonly MasterKey[], id: string): MasterKey {
  const key = keys.find((one) => one.id === id);
  if (key === undefined) throw new RangeError('no master key has this id');
  return key;
}

interface Document {
  format: string;
  current: string;
  seed: string;
  keys: readonly { id: string; madeAt: string | null; key: string }[];
}

function documentOf(text: string): Document {
  try {
    const found = JSON.parse(text) as Document;
    if (found.format === FORMAT && Array.isArray(found.keys)) return found;
  } catch {
    // What the parser says would show bytes of the file: it is told below, in our words.
  }
  throw new TypeError(`must hold 32 bytes in base64, or a document of the format ${FORMAT}`);
}

function ofDocument({ current, seed, keys }: Document): KeyRing {
  const read = keys.map(({ id, madeAt, key }) => ({ id, madeAt, key: bytesOf(key) }));
  if (read.some(({ id, key }) => id !== masterKeyId(key))) throw new TypeError('holds a key under the id of another');
  const wrapping = read.find(({ id }) => id === current);
  if (wrapping === undefined) throw new TypeError('names a current key that it does not hold');
  return { currentId: current, keys: read, seed: unwrapKey(wrapping.key, Buffer.from(seed, 'base64'), SEED_CONTEXT) };
}

function bytesOf(text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new TypeError('must hold 32 bytes in base64');
  return key;
}
