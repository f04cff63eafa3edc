import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';

/** Partners whose run of this time has no row yet, with the time of their last row by schedule: only when a dossier is older than the time.
 *  @param firstBehind the lowest id of dossiers that came at that time or later */
export async function readSchedule(
  tx: Queryable,
  partners: readonly PartnerId[],
  { slot, firstBehind }: { slot: Date; firstBehind: string },
): Promise<{ partner: PartnerId; last: Date | null }[]> {
  return tx.query(
    `select p.partner, (select max(r.slot) from reconciliation r where r.partner = p.partner and r.slot < $2) as last
     from unnest($1::text[]) with ordinality as p (partner, place)
     where not exists (select from reconciliation r where r.partner = p.partner and r.slot = $2)
       and exists (select from dossier d where d.id < $3::uuid)
     order by p.place`,
    [partners, slot, firstBehind],
  );
}
