import type { Queryable } from '#platform';
import type { LogSource } from '../../archive/ports';
import { TILE_WIDTH } from '../../tlog/tiles';
import { findPlaces, readBundlesOf, readExtent, type PlacesSought, type SealedExtent } from '../adapters/posting-store';
import { readLogged, type LoggedEntry } from '../domain/logged-entry';
import { leavesOf, termKey } from '../domain/postings';
import { isWanted, type SearchFilter } from '../domain/search-filter';
import { readLeaves } from './read-leaves';

/** An entry of the sealed log. */
export interface FoundEntry {
  /** Of its leaf. */
  index: number;
  /** The leaf's bytes. */
  bytes: Buffer;
  /** Undefined when the bytes are no entry any more. */
  entry: LoggedEntry | undefined;
}

export type SearchOrder = 'newest' | 'oldest';

/** Where to look, and in which order. */
interface Look extends LeafRange {
  order: SearchOrder;
  /** Most bundles that one look brings. */
  part: number;
}

/** Leaves from the first, before the second. */
interface LeafRange {
  from: number;
  to: number;
}

/** Bundles of the first look; each further one is larger, so that what is frequent is found at once and what is rare in few looks. The largest is
 *  a million entries: what PostgreSQL gathers of several frequent terms in one look stays within its memory. */
const FIRST_LOOK = 8;
const LOOK_GROWTH = 4;
const LARGEST_LOOK = 4_096;

/** The entries of the sealed log that a filter asks for, in parts as they are found. The index says where to look, the entry itself decides; what is
 *  sealed and not indexed yet, less than a bundle as a rule, is read. Holds no transaction and no more than `part` entries.
 *  @param part most entries that are read at once, and most bundles that one look at the index brings
 *  @throws AppError 410 `sync-log-archived` when it comes to entries whose archive is not at hand: none is left out without a word */
export async function* findEntries(
  source: LogSource,
  filter: SearchFilter,
  { order, part }: { order: SearchOrder; part: number },
): AsyncGenerator<FoundEntry[]> {
  for await (const leaves of candidatesOf(source.tx, filter, { order, part })) {
    for (let at = 0; at < leaves.length; at += part) {
      const rows = await readLeaves(source, leaves.slice(at, at + part), filter.since);
      const found = rows.map((row) => ({ ...row, entry: readLogged(row.bytes) }));
      yield found.filter(({ entry }) => isWanted(entry, filter));
    }
  }
}

async function* candidatesOf(
  tx: Queryable,
  filter: SearchFilter,
  { order, part }: Pick<Look, 'order' | 'part'>,
): AsyncGenerator<number[]> {
  const extent = await readExtent(tx);
  const range = { from: filter.from ?? 0, to: Math.min(filter.to ?? extent.size, extent.size) };
  const indexed = intersection(range, await indexedRange(tx, filter, extent));
  const fresh = intersection(range, { from: extent.indexed * TILE_WIDTH, to: extent.size });
  const sought = filter.all.map((terms) => terms.map(termKey));
  const inIndex =
    sought.length === 0 ? everyLeaf(indexed, order) : leavesByIndex(tx, sought, { ...indexed, order, part });
  if (order === 'oldest') yield* inIndex;
  yield* everyLeaf(fresh, order);
  if (order === 'newest') yield* inIndex;
}

async function indexedRange(
  tx: Queryable,
  { since, until }: SearchFilter,
  { indexed }: SealedExtent,
): Promise<LeafRange> {
  const bundles =
    since === undefined && until === undefined
      ? { from: 0, to: indexed }
      : await readBundlesOf(tx, { since: since ?? null, until: until ?? null });
  return { from: bundles.from * TILE_WIDTH, to: Math.min(bundles.to, indexed) * TILE_WIDTH };
}

function* everyLeaf({ from, to }: LeafRange, order: SearchOrder): Generator<number[]> {
  for (let [low, high] = [from, to]; low < high;) {
    const width = Math.min(TILE_WIDTH, high - low);
    const first = order === 'oldest' ? low : high - width;
    const leaves = Array.from({ length: width }, (_, at) => first + at);
    yield order === 'oldest' ? leaves : leaves.reverse();
    if (order === 'oldest') low += width;
    else high -= width;
  }
}

async function* leavesByIndex(
  tx: Queryable,
  sought: PlacesSought,
  { from, to, order, part }: Look,
): AsyncGenerator<number[]> {
  let [low, high] = [Math.floor(from / TILE_WIDTH), Math.ceil(to / TILE_WIDTH)];
  for (let span = FIRST_LOOK; low < high; span = Math.min(span * LOOK_GROWTH, LARGEST_LOOK)) {
    const look =
      order === 'oldest'
        ? { from: low, to: Math.min(high, low + span) }
        : { from: Math.max(low, high - span), to: high };
    const rows = await findPlaces(tx, sought, { ...look, order, limit: part });
    const leaves = rows.flatMap((row) => (order === 'oldest' ? leavesOf(row) : leavesOf(row).reverse()));
    yield leaves.filter((leaf) => leaf >= from && leaf < to);
    // A look that brought the most it may has left the rest of its bundles out.
    const last = rows.length === part ? rows.at(-1)?.bundle : undefined;
    if (order === 'oldest') low = last === undefined ? look.to : last + 1;
    else high = last ?? look.from;
  }
}

function intersection(one: LeafRange, other: LeafRange): LeafRange {
  return { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
}
