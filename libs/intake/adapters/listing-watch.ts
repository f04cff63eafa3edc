import type { Queryable } from '#platform';

/** A listed row whose detail brought nothing, and when it is fetched again. */
export interface ListingWatch {
  code: string;
  /** Of the row as it was listed then: a changed row is fetched at once. */
  listingDigest: Buffer;
  /** Fetches of this row that brought nothing. */
  fetches: number;
  /** How many of the last ones in a row were answered with something that is no detail. */
  refused: number;
  nextFetchAt: Date;
}

export async function upsertListingWatches(
  tx: Queryable,
  source: string,
  watches: readonly ListingWatch[],
): Promise<void> {
  if (watches.length === 0) return;
  const byCode = new Map(watches.map((watch) => [watch.code, watch]));
  const rows = [...byCode.values()].map((watch) => ({
    ...watch,
    listingDigest: watch.listingDigest.toString('base64'),
  }));
  await tx.execute(
    `insert into listing_watch (source, code, listing_digest, fetches, refused, next_fetch_at)
     select $1, r.code, decode(r."listingDigest", 'base64'), r.fetches, r.refused, r."nextFetchAt"
     from jsonb_to_recordset($2::jsonb) as r(code text, "listingDigest" text, fetches integer, refused integer, "nextFetchAt" timestamptz)
     order by r.code
     on conflict (source, code) do update
       set listing_digest = excluded.listing_digest, fetches = excluded.fetches, refused = excluded.refused, next_fetch_at = excluded.next_fetch_at`,
    [source, JSON.stringify(rows)],
  );
}

export async function deleteListingWatches(tx: Queryable, source: string, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  await tx.execute(`delete from listing_watch where source = $1 and code = any($2::text[])`, [source, codes]);
}
