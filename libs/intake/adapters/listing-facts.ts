import type { Tx } from '#platform';
import type { ListingFacts } from '../domain/judge-listing';

interface Row {
  code: string;
  dossierId: string | null;
  isPending: boolean;
  acknowledgedAt: Date | null;
  itemId: string | null;
  itemListing: Buffer | null;
}

/** What we know about each listed code, by code, in one statement and therefore of one moment: the router moves
 *  `routed_seq` and makes the deliveries in one transaction, so an acknowledgement that is due shows as the one or the other. */
export async function readListingFacts(
  tx: Tx,
  source: string,
  codes: readonly string[],
): Promise<Map<string, ListingFacts>> {
  const rows = await tx.query<Row>(
    `select l.code, d.id as "dossierId", q.id as "itemId", q.listing_digest as "itemListing", ack.last_settled_at as "acknowledgedAt",
       coalesce(ack.is_pending, false) or (d.routed_seq < d.version and exists (
         select 1 from journal j where j.dossier_id = d.id and j.seq > d.routed_seq
           and j.type in ('dossier.received', 'supplement.received', 'listing.repeated', 'conflict.recorded'))) is true as "isPending"
     from unnest($2::text[]) as l(code)
     left join dossier_code c on c.system = 'dvclt' and c.code = l.code
     left join dossier d on d.id = c.dossier_id
     left join quarantine q on q.source = $1 and q.item_key = l.code and q.state = 'open'
     left join lateral (
       select bool_or(a.status in ('queued', 'in-flight', 'waiting', 'unknown', 'dead')) as is_pending, max(a.settled_at) filter (where a.status = 'settled') as last_settled_at
       from delivery a where a.dossier_id = d.id and a.partner = $1 and a.operation = 'acknowledge-receipt'
     ) ack on true`,
    [source, codes],
  );
  return new Map(
    rows.map((row) => [
      row.code,
      {
        dossierId: row.dossierId,
        isAcknowledgementPending: row.isPending,
        acknowledgedAt: row.acknowledgedAt,
        quarantine: row.itemId === null ? null : { itemId: row.itemId, listingDigest: row.itemListing },
      },
    ]),
  );
}

/** Which of the codes have a dossier, by code. */
export async function findDossiersByCode(tx: Tx, codes: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ code: string; dossierId: string }>(
    `select code, dossier_id as "dossierId" from dossier_code where system = 'dvclt' and code = any($1::text[])`,
    [codes],
  );
  return new Map(rows.map((row) => [row.code, row.dossierId]));
}
