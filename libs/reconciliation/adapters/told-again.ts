import type { Queryable } from '#platform';
import type { DiscrepancyClass } from '../domain/discrepancy';
import { HEALINGS } from '../domain/healing';

/** Largest replay that one run proposes, deliveries. */
const MAX_DELIVERIES = 10_000;

/** Ids of settled deliveries whose replay from history heals the open differences that this run saw: at most 10 000, dossier by dossier.
 *  @param classes null = all @param units communes the caller is limited to; null = all */
export async function deliveriesToTellAgain(
  tx: Queryable,
  {
    reconciliationId,
    classes,
    units,
  }: { reconciliationId: string; classes: readonly DiscrepancyClass[] | null; units: readonly string[] | null },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(TO_TELL_AGAIN, [
    reconciliationId,
    classes,
    units,
    JSON.stringify(HEALINGS),
    MAX_DELIVERIES,
  ]);
  return rows.map((row) => row.id);
}

/** A status that was not taken is told again by the message that told just that status. What was told again before counts once: its newest copy. */
const TO_TELL_AGAIN = `
with differing as (
  select x.dossier_id, x.partner, x.class, x.ours, h.newest, h."all"
  from discrepancy x
  join dossier s on s.id = x.dossier_id
  join jsonb_to_recordset($4::jsonb) as h (partner text, class text, cause text, state text, newest text[], "all" text[])
    on h.partner = x.partner and h.class = x.class and (h.cause is null or h.cause = x.cause) and (h.state is null or h.state = s.state)
  where x.reconciliation_id = $1 and x.state = 'open' and ($2::text[] is null or x.class = any($2)) and ($3::text[] is null or x.unit = any($3))
), settled as (
  select d.id, d.dossier_id, d.caused_seq, d.replay_number, d.step, d.operation = any(f."all") as is_each,
    row_number() over (partition by d.dossier_id, d.operation order by d.caused_seq desc, d.replay_number desc, d.step desc) as newest,
    row_number() over (partition by d.dossier_id, d.operation, d.caused_seq, d.step order by d.replay_number desc) as copy
  from differing f
  join delivery d on d.dossier_id = f.dossier_id and d.partner = f.partner and d.operation = any(f.newest || f."all")
  where d.status = 'settled' and d.outcome in ('accepted', 'already-applied')
    and (d.operation <> 'report-status' or d.facts ->> 'status' = f.ours::text)
)
select s.id from settled s
where (s.is_each and s.copy = 1) or (not s.is_each and s.newest = 1)
order by s.dossier_id, s.caused_seq, s.replay_number, s.step limit $5`;
