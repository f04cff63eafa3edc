import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';

/** How far ahead the partners of the next items are looked for. */
const AHEAD = 50;

/** A partner that is not to be called now. */
interface ClosedPartner {
  partner: PartnerId;
  why: 'breaker-open' | 'partner-held';
}

/** What would be told to whom: a hold may stop only an operation or a commune. */
interface Target {
  partner: PartnerId;
  operation: string;
  unit: string;
}

/** A partner of the next items that is not to be called now: its circuit is open, or it is held, as a whole or for the operation or commune of
 *  one of them. A hold of one dossier stops no plan. */
export function readClosed(
  tx: Queryable,
  plan: { id: string; nextNumber: number },
  now: Date,
): Promise<ClosedPartner | null> {
  const next = `
    select distinct d.partner, d.operation, d.unit from replay_item i join delivery d on d.id = i.delivery_id
    where i.plan_id = $2 and i.number >= $3 and i.number < $3 + ${AHEAD} and i.action = 'send'`;
  return closedAmong(tx, next, [now, plan.id, plan.nextNumber]);
}

/** As `readClosed`, for deliveries outside of any plan. */
export function readClosedFor(tx: Queryable, targets: readonly Target[], now: Date): Promise<ClosedPartner | null> {
  const given = 'select * from jsonb_to_recordset($2::jsonb) as t (partner text, operation text, unit text)';
  return closedAmong(tx, given, [now, JSON.stringify(targets)]);
}

/** @param targets a statement that gives partner, operation and unit; `$1` is now */
async function closedAmong(tx: Queryable, targets: string, params: readonly unknown[]): Promise<ClosedPartner | null> {
  const [row] = await tx.query<ClosedPartner>(
    `select p.partner, case when s.breaker = 'open' then 'breaker-open' else 'partner-held' end as why
     from (${targets}) p
     left join partner_state s on s.partner = p.partner
     where s.breaker = 'open' or exists (
       select from hold h
       where h.partner = p.partner and h.state = 'in-force' and h.starts_at <= $1 and (h.ends_at is null or h.ends_at > $1)
         and (h.operation is null or h.operation = p.operation) and (h.unit is null or h.unit = p.unit) and h.dossier_id is null
     )
     order by p.partner limit 1`,
    params,
  );
  return row ?? null;
}
