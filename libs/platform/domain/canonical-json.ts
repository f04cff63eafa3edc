import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** RFC 8785 bytes of a JSON value. Members that are undefined are left out, as JSON.stringify does.
 *  Throws TypeError on values JSON cannot hold (a bug of the caller), and on text with half a surrogate pair, which has
 *  no UTF-8 form: two different texts would get the same bytes. */
export function canonicalBytes(value: unknown): Buffer {
  const text = canonicalText(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON form`);
  // JSON.stringify writes a lone half as an escape; a text that holds the six characters has its backslash escaped.
  if (LONE_SURROGATE.test(text)) throw new TypeError('a text with half a surrogate pair has no JSON form');
  return Buffer.from(text, 'utf8');
}

const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/;

/** The library throws plain errors on numbers that JSON lacks. */
function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw new TypeError('value has no JSON form', { cause });
  }
}

/** SHA-256 over the concatenation of the parts. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
