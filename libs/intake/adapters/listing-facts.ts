import type { Tx, Queryable } from '#platform';
import type { ListingFacts } from '../domain/judge-listing';

interface Row {
  code: string;
  dossierId: string | null;
  isPending: boolean;
  acknowledgedAt: Date | null;
  itemId: string | null;
  itemStage: string;
  itemListing: Buffer | null;
  givenUp: Buffer | null;
  watchListing: Buffer | null;
  fetches: number;
  refused: number;
  nextFetchAt: Date;
}

/** What we know about each listed code, by code, in one statement and therefore of one moment: the router moves
 *  `routed_seq` and makes the deliveries in one transaction, so an acknowledgement that is due shows as the one or the other. */
export async function readListingFacts(
  tx: Queryable,
  source: string,
  codes: readonly string[],
): Promise<Map<string, ListingFacts>> {
  const rows = await tx.query<Row>(
    `select l.code, d.id as "dossierId", q.id as "itemId", q.stage as "itemStage", q.listing_digest as "itemListing", (
         select g.listing_digest from quarantine g where g.source = $1 and g.item_key = l.code and g.state = 'given-up' order by g.id desc limit 1) as "givenUp",
       w.listing_digest as "watchListing", w.fetches, w.refused, w.next_fetch_at as "nextFetchAt", ack.last_settled_at as "acknowledgedAt",
       coalesce(ack.is_pending, false) or (d.routed_seq < d.version and exists (
         select 1 from journal j where j.dossier_id = d.id and j.seq > d.routed_seq
           and j.type in ('dossier.received', 'supplement.received', 'listing.repeated', 'conflict.recorded'))) is true as "isPending"
     from unnest($2::text[]) as l(code)
     left join dossier_code c on c.system = 'dvclt' and c.code = l.code
     left join dossier d on d.id = c.dossier_id
     left join quarantine q on q.source = $1 and q.item_key = l.code and q.state in ('open','rerun')
     left join listing_watch w on w.source = $1 and w.code = l.code
     left join lateral (
       select bool_or(a.status in ('queued', 'in-flight', 'waiting', 'unknown', 'dead')) as is_pending, max(a.settled_at) filter (where a.status = 'settled') as last_settled_at
       from delivery a where a.dossier_id = d.id and a.partner = $1 and a.operation = 'acknowledge-receipt'
     ) ack on true`,
    [source, codes],
  );
  return new Map(rows.map((row) => [row.code, factsOf(row)]));
}

function factsOf(row: Row): ListingFacts {
  const { dossierId, isPending, acknowledgedAt, itemId, itemStage, itemListing, givenUp, watchListing } = row;
  const { fetches, refused, nextFetchAt } = row;
  return {
    dossierId,
    isAcknowledgementPending: isPending,
    acknowledgedAt,
    quarantine: itemId === null ? null : { itemId, stage: itemStage, listingDigest: itemListing },
    givenUp,
    watch: watchListing && { listingDigest: watchListing, fetches, refused, nextFetchAt },
  };
}

/** Which of the codes have a dossier, by code. */
export async function findDossiersByCode(tx: Tx, codes: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ code: string; dossierId: string }>(
    `select code, dossier_id as "dossierId" from dossier_code where system = 'dvclt' and code = any($1::text[])`,
    [codes],
  );
  return new Map(rows.map((row) => [row.code, row.dossierId]));
}
