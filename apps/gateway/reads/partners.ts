import { PARTNER_IDS } from '#dossier';
import { rfc3339, type Queryable } from '#platform';
import type { PartnerView } from '../schema/partner';

interface PartnerRow {
  partner: string;
  breaker: string | null;
  held: boolean;
  by_status: Record<string, number>;
  parked: number;
  oldest: Date | null;
}

/** Each partner with its open work. */
export async function readPartners(tx: Queryable, now: Date): Promise<Omit<PartnerView, 'reconciliation'>[]> {
  const rows = await tx.query<PartnerRow>(
    `select p.partner, s.breaker,
       exists (select from hold h where h.partner = p.partner and h.operation is null and h.unit is null and h.dossier_id is null
         and h.state = 'in-force' and h.starts_at <= $2) as held,
       coalesce(w.by_status, '{}') as by_status, w.oldest, coalesce(w.parked, 0) as parked
     from unnest($1::text[]) with ordinality as p (partner, place)
     left join partner_state s on s.partner = p.partner
     left join lateral (
       select jsonb_object_agg(g.status, g.n) as by_status, min(g.oldest) as oldest,
         (max(g.dossiers) filter (where g.status = 'dead'))::integer as parked from (
         select x.status, count(*)::integer as n, count(distinct x.dossier_id) as dossiers, min(x.created_at) as oldest from delivery x
         where x.partner = p.partner and x.status in ('queued','in-flight','waiting','unknown','dead') group by x.status) g) w on true
     order by p.place`,
    [PARTNER_IDS, now],
  );
  return rows.map((row) => ({
    id: row.partner,
    breaker: row.breaker ?? 'closed',
    held: row.held,
    open: Object.values(row.by_status).reduce((sum, n) => sum + n, 0),
    byStatus: row.by_status,
    parkedLanes: row.parked,
    oldestOpenAt: row.oldest && rfc3339(row.oldest),
    oldestOpenAgeSeconds: row.oldest && Math.max(0, Math.round((now.getTime() - row.oldest.getTime()) / 1000)),
  }));
}
