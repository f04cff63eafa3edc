import { canonicalBytes } from '#platform';

/** A row is a few members deep; what lies deeper is only marked. */
const MAX_DEPTH = 32;

/** Bytes by which a row of a partner's list is recognised and kept: its RFC 8785 form. JSON can hold what that form cannot (a number above
 *  all numbers, half a surrogate pair, nesting without end); such a place is marked, since one odd row must not hide the others (Q43). */
export function rowBytes(value: unknown): Buffer {
  try {
    return canonicalBytes(value ?? null);
  } catch {
    return canonicalBytes(marked(value, MAX_DEPTH));
  }
}

function marked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return wholeText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((one) => marked(one, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [wholeText(name), marked(one, depth - 1)]));
}

/** Half a surrogate pair becomes its escape, spelt out. */
function wholeText(text: string): string {
  return text.replace(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
}
