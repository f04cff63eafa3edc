import { createHash } from 'node:crypto';
import { TILE_WIDTH } from '../../tlog/tiles';
import type { LoggedEntry } from './logged-entry';
import { termsOf, type Term } from './search-filter';

/** Where a term stands in one bundle of 256 entries. */
interface Posting {
  /** Of the term, see `termKey`. */
  key: string;
  /** 256 digits, the first for the first entry of the bundle: `1` where the term stands. */
  places: string;
}

/** A bundle as the index has it. */
export interface IndexedBundle {
  /** Leaves from 256 times this on. */
  bundle: number;
  /** Earliest and latest time of its entries; null when none can be read. */
  firstAt: Date | null;
  lastAt: Date | null;
  postings: readonly Posting[];
}

const [ZERO, ONE] = ['0', '1'].map((digit) => digit.charCodeAt(0));

/** A term as the index knows it: 64 bits of its SHA-256 as a signed decimal number. Two terms may share one: what the index finds is compared
 *  with the entry itself. */
export function termKey({ facet, value }: Term): string {
  return createHash('sha256').update(`${facet}\0${value}`).digest().readBigInt64BE().toString();
}

/** What the index keeps of a bundle. @param entries by their place in the bundle; undefined for what is no entry */
export function indexBundle(bundle: number, entries: readonly (LoggedEntry | undefined)[]): IndexedBundle {
  const times = entries.flatMap((entry) => timeOf(entry));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  return {
    bundle,
    firstAt: times.length === 0 ? null : new Date(first),
    lastAt: times.length === 0 ? null : new Date(last),
    postings: postingsOf(entries),
  };
}

function postingsOf(entries: readonly (LoggedEntry | undefined)[]): Posting[] {
  const found = new Map<string, { term: Term; digits: Buffer }>();
  for (const [place, entry] of entries.entries()) {
    for (const term of entry === undefined ? [] : termsOf(entry)) {
      const name = `${term.facet}\0${term.value}`;
      const known = found.get(name) ?? { term, digits: Buffer.alloc(TILE_WIDTH, ZERO) };
      known.digits[place] = ONE;
      found.set(name, known);
    }
  }
  return [...found.values()].map(({ term, digits }) => ({ key: termKey(term), places: digits.toString('latin1') }));
}

/** Leaf indexes of the places of a bundle, ascending. */
export function leavesOf({ bundle, places }: { bundle: number; places: string }): number[] {
  return [...places].flatMap((digit, place) => (digit === '1' ? [bundle * TILE_WIDTH + place] : []));
}

/** Times that every store can hold: bytes that somebody has changed may name any. */
const YEARS = { from: Date.parse('0001-01-01T00:00:00Z'), to: Date.parse('9999-12-31T00:00:00Z') };

function timeOf(entry: LoggedEntry | undefined): number[] {
  const at = Date.parse(entry?.at ?? '');
  return at >= YEARS.from && at <= YEARS.to ? [at] : [];
}
