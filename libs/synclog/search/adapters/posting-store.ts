import type { Queryable } from '#platform';
import type { IndexedBundle } from '../domain/postings';

/** How far the log is sealed, in leaves, and indexed, in whole bundles. */
export interface SealedExtent {
  size: number;
  indexed: number;
}

export async function readExtent(tx: Queryable): Promise<SealedExtent> {
  const [row] = await tx.query<{ size: string; indexed: number }>(
    `select (select size from synclog_head where id = 1) as size,
       coalesce((select bundle from synclog_indexed order by bundle desc limit 1) + 1, 0) as indexed`,
  );
  if (!row) throw new Error('the head of the sync log is missing: run the migrations');
  return { size: Number(row.size), indexed: row.indexed };
}

/** Entries of the sealed log. */
export async function readSealedSize(tx: Queryable): Promise<number> {
  return (await readExtent(tx)).size;
}

/** Indexed bundles that may hold an entry of this time: from the first, before the second. Times do not rise strictly with leaves, so the bundles
 *  between may hold others. */
export async function readBundlesOf(
  tx: Queryable,
  { since, until }: { since: Date | null; until: Date | null },
): Promise<{ from: number; to: number }> {
  const [row] = await tx.query<{ from: number | null; to: number | null }>(
    `select (select bundle from synclog_indexed where $1::timestamptz is null or last_at >= $1 order by bundle limit 1) as from,
       (select bundle + 1 from synclog_indexed where $2::timestamptz is null or first_at < $2 order by bundle desc limit 1) as to`,
    [since, until],
  );
  const { from, to } = row ?? { from: null, to: null };
  return from === null || to === null ? { from: 0, to: 0 } : { from, to };
}

/** Conditions that hold together, each by the keys of the terms of which one must stand. */
export type PlacesSought = readonly (readonly string[])[];

interface FoundPlaces {
  bundle: number;
  /** 256 digits: `1` where every condition holds. */
  places: string;
}

/** The bundles of a range in which all conditions hold at one place, the first `limit` in this order. */
export async function findPlaces(
  tx: Queryable,
  sought: PlacesSought,
  { from, to, order, limit }: { from: number; to: number; order: 'newest' | 'oldest'; limit: number },
): Promise<FoundPlaces[]> {
  const wanted = sought.flatMap((keys, condition) => keys.map((key) => ({ key, condition })));
  return tx.query<FoundPlaces>(FIND[order], [
    wanted.map(({ key }) => key),
    wanted.map(({ condition }) => condition),
    from,
    to,
    sought.length,
    limit,
  ]);
}

const find = (direction: 'asc' | 'desc'): string => `
with held as (
  select p.bundle, w.condition, bit_or(p.places) as places
  from unnest($1::bigint[], $2::integer[]) as w (term, condition) join synclog_posting p on p.term = w.term
  where p.bundle >= $3 and p.bundle < $4
  group by p.bundle, w.condition
)
select bundle, bit_and(places) as places from held group by bundle
having count(*) = $5 and bit_count(bit_and(places)) > 0
order by bundle ${direction} limit $6`;

const FIND = { newest: find('desc'), oldest: find('asc') };

/** Writes bundles into the index, each wholly or not at all. Two sealers may index the same bundle at once: the second waits at its row in
 *  `synclog_indexed`, finds it there, and leaves the postings alone. */
export async function insertBundles(tx: Queryable, bundles: readonly IndexedBundle[]): Promise<void> {
  const postings = bundles.flatMap(({ bundle, postings }) => postings.map((posting) => ({ bundle, ...posting })));
  await tx.execute(
    `with indexed as (
       insert into synclog_indexed (bundle, first_at, last_at)
       select * from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) on conflict do nothing returning bundle
     )
     insert into synclog_posting (term, bundle, places)
     select p.term, p.bundle, p.places::bit(256) from unnest($4::bigint[], $5::integer[], $6::text[]) as p (term, bundle, places)
     where p.bundle in (select bundle from indexed) on conflict do nothing`,
    [
      bundles.map(({ bundle }) => bundle),
      bundles.map(({ firstAt }) => firstAt),
      bundles.map(({ lastAt }) => lastAt),
      postings.map(({ key }) => key),
      postings.map(({ bundle }) => bundle),
      postings.map(({ places }) => places),
    ],
  );
}
