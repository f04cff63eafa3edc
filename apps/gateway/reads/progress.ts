import type { Queryable } from '#platform';
import type { ProgressView } from '../schema/progress';

export interface ProgressFilter {
  unit: string | null;
  /** First and last local day, `YYYY-MM-DD`. */
  from: string;
  to: string;
  units: readonly string[] | null;
  /** The last line of the page before. */
  after: { day: string; unit: string } | null;
  limit: number;
}

/** The read model by unit and day (apps/worker/subscribers): newest day first, then by unit. */
export async function readProgress(tx: Queryable, filter: ProgressFilter): Promise<ProgressView[]> {
  return tx.query<ProgressView>(
    `with line as (
       select day, unit, count(*)::integer as received from dossier_progress
       where day between $2::date and $3::date and ($1::text is null or unit = $1) and ($4::text[] is null or unit = any($4))
         and ($5::date is null or day < $5 or (day = $5 and unit > $6))
       group by day, unit order by day desc, unit limit $7)
     select l.unit, to_char(l.day, 'YYYY-MM-DD') as day, l.received,
       (select jsonb_object_agg(g.state, g.n) from (
         select p.state, count(*)::integer as n from dossier_progress p where p.unit = l.unit and p.day = l.day group by p.state) g) as "byState",
       (select jsonb_object_agg(g.procedure, g.n) from (
         select p.procedure, count(*)::integer as n from dossier_progress p where p.unit = l.unit and p.day = l.day group by p.procedure) g) as "byProcedure"
     from line l order by l.day desc, l.unit`,
    [
      filter.unit,
      filter.from,
      filter.to,
      filter.units,
      filter.after?.day ?? null,
      filter.after?.unit ?? null,
      filter.limit,
    ],
  );
}
