import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';

/** Remembers since when each partner is compared daily: on the days before nobody was meant to be there. Changes nothing while nothing changed. */
export async function rememberDaily(tx: Queryable, daily: readonly PartnerId[], now: Date): Promise<void> {
  await tx.execute(`delete from reconciliation_daily where partner <> all($1::text[])`, [daily]);
  await tx.execute(
    `insert into reconciliation_daily (partner, since) select p.partner, $2 from unnest($1::text[]) as p (partner)
     where not exists (select from reconciliation_daily d where d.partner = p.partner) on conflict do nothing`,
    [daily, now],
  );
}

/** Partners whose run of this time has no row yet, with the time behind which days may be missed: that of their last row by schedule, or since when they are
 *  compared daily; null before the first. Only when a dossier is older than the time.
 *  @param firstBehind the lowest id of dossiers that came at that time or later */
export async function readSchedule(
  tx: Queryable,
  partners: readonly PartnerId[],
  { slot, firstBehind }: { slot: Date; firstBehind: string },
): Promise<{ partner: PartnerId; last: Date | null }[]> {
  return tx.query(
    `select p.partner, (
       select greatest(max(r.slot), (select d.since from reconciliation_daily d where d.partner = p.partner))
       from reconciliation r where r.partner = p.partner and r.slot < $2 having count(*) > 0) as last
     from unnest($1::text[]) with ordinality as p (partner, place)
     where not exists (select from reconciliation r where r.partner = p.partner and r.slot = $2)
       and exists (select from dossier d where d.id < $3::uuid)
     order by p.place`,
    [partners, slot, firstBehind],
  );
}
