import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';

/** How far ahead the partners of the next items are looked for. */
const AHEAD = 50;

/** A partner of the next items that is not to be called now: its circuit is open, or it is held, as a whole or for the operation or commune of
 *  one of them. A hold of one dossier stops no plan. */
export async function readClosed(
  tx: Queryable,
  plan: { id: string; nextNumber: number },
  now: Date,
): Promise<{ partner: PartnerId; why: 'breaker-open' | 'partner-held' } | null> {
  const [row] = await tx.query<{ partner: PartnerId; why: 'breaker-open' | 'partner-held' }>(
    `select p.partner, case when s.breaker = 'open' then 'breaker-open' else 'partner-held' end as why
     from (
       select distinct d.partner, d.operation, d.unit from replay_item i join delivery d on d.id = i.delivery_id
       where i.plan_id = $1 and i.number >= $2 and i.number < $2 + ${AHEAD} and i.action = 'send'
     ) p
     left join partner_state s on s.partner = p.partner
     where s.breaker = 'open' or exists (
       select from hold h
       where h.partner = p.partner and h.state = 'in-force' and h.starts_at <= $3 and (h.ends_at is null or h.ends_at > $3)
         and (h.operation is null or h.operation = p.operation) and (h.unit is null or h.unit = p.unit) and h.dossier_id is null
     )
     order by p.partner limit 1`,
    [plan.id, plan.nextNumber, now],
  );
  return row ?? null;
}

/** Whether this partner is not to be called now. */
export async function isClosed(tx: Queryable, partner: PartnerId, now: Date): Promise<boolean> {
  const [row] = await tx.query<{ closed: boolean }>(
    `select exists (select from partner_state s where s.partner = $1 and s.breaker = 'open') or exists (${HELD_WHOLE}) as closed`,
    [partner, now],
  );
  return row.closed;
}

const HELD_WHOLE = `
  select from hold h
  where h.partner = $1 and h.state = 'in-force' and h.starts_at <= $2 and (h.ends_at is null or h.ends_at > $2)
    and h.operation is null and h.unit is null and h.dossier_id is null`;
