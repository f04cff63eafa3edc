import { PARTNER_IDS, type PartnerId } from '#dossier';
import type { Queryable } from '#platform';
import { DISCREPANCY_CLASSES, type DiscrepancyClass } from '../domain/discrepancy';

/** Skipped runs older than this are history, days. */
const SKIPPED_DAYS = 31;

export interface ReconciliationMeasures {
  partner: PartnerId;
  /** Since the last run that looked at everything it could, over a time at least as long as that of the newest daily run; null before the first. */
  secondsSinceFinished: number | null;
  /** Runs of the last 31 days that were due and not made. */
  skipped: number;
  /** Open differences. */
  open: Record<DiscrepancyClass, number>;
}

/** For metrics: one entry per partner. */
export async function readReconciliationMeasures(tx: Queryable, now: Date): Promise<ReconciliationMeasures[]> {
  const rows = await tx.query<{ partner: PartnerId; finishedAt: Date | null; skipped: number; open: object }>(
    `select p.partner,
       (select max(r.ended_at) from reconciliation r where r.partner = p.partner and r.state = 'finished'
          and (r.window_to - r.window_from) >= coalesce((select d.window_to - d.window_from from reconciliation d
            where d.partner = p.partner and d.cause = 'schedule' order by d.slot desc limit 1), interval '0')) as "finishedAt",
       (select count(*)::integer from reconciliation r where r.partner = p.partner and r.state = 'skipped' and r.requested_at > $2) as skipped,
       (select coalesce(jsonb_object_agg(c.class, c.count), '{}') from (
          select x.class, count(*)::integer as count from discrepancy x where x.partner = p.partner and x.state = 'open' group by x.class) c) as open
     from unnest($1::text[]) with ordinality as p (partner, place) order by p.place`,
    [PARTNER_IDS, new Date(now.getTime() - SKIPPED_DAYS * 86_400_000)],
  );
  const none = Object.fromEntries(DISCREPANCY_CLASSES.map((one) => [one, 0])) as Record<DiscrepancyClass, number>;
  return rows.map(({ partner, finishedAt, skipped, open }) => ({
    partner,
    secondsSinceFinished: finishedAt && Math.max(0, (now.getTime() - finishedAt.getTime()) / 1_000),
    skipped,
    open: { ...none, ...open },
  }));
}
