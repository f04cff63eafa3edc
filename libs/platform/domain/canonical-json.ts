import { createHash } from 'node:crypto';

/** RFC 8785 bytes of a JSON value: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 *  Members that are undefined are left out, as JSON.stringify does. Own code, because the package `canonicalize` 4 has
 *  no entry point for CommonJS. Throws TypeError on values JSON cannot hold (a bug of the caller). */
export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(canonicalText(value), 'utf8');
}

function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalText(item === undefined ? null : item)).join(',')}]`;
  if (typeof value === 'object') return canonicalObject(value);
  throw new TypeError(`a ${typeof value} has no JSON form`);
}

function canonicalString(text: string): string {
  // With the flag `u` a whole pair is one character, so only a lone half matches.
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('a text with half a surrogate pair has no JSON form');
  return JSON.stringify(text);
}

function canonicalObject(value: object): string {
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return canonicalText((value as { toJSON(): unknown }).toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalText(member)}`).join(',')}}`;
}

/** SHA-256 over the concatenation of the parts. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
