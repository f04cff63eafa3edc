import type { PartnerId } from '#dossier';
import type { Queryable } from '#platform';

export interface BudgetLimits {
  /** Calls a second; null = no limit. */
  perSecond: number | null;
  /** Calls that may come at once after a pause. */
  burst: number;
  /** Calls of one local day; null = no limit. */
  perDay: number | null;
}

export interface Taken {
  granted: number;
  /** Tokens that are left, a fraction among them. */
  left: number;
  dayUsed: number;
}

/** Stands for no limit. */
const PLENTY = 1_000_000;

export async function ensureBudget(tx: Queryable, partner: PartnerId): Promise<void> {
  await tx.execute(`insert into partner_state (partner) values ($1) on conflict (partner) do nothing`, [partner]);
}

/** Takes up to `wanted` calls out of the budget that all workers share. One short statement; the database's clock counts, since it is the only
 *  one that all workers have. */
export async function takeCalls(
  tx: Queryable,
  {
    partner,
    wanted,
    day,
    perSecond,
    burst,
    perDay,
  }: BudgetLimits & { partner: PartnerId; wanted: number; day: string },
): Promise<Taken> {
  const [taken] = await tx.query<Taken>(TAKE, [
    partner,
    perSecond ?? PLENTY,
    perSecond === null ? PLENTY : burst,
    wanted,
    day,
    perDay,
  ]);
  return taken ?? { granted: 0, left: 0, dayUsed: 0 };
}

const TAKE = `
with state as (
  select least($3::double precision, s.tokens + extract(epoch from clock_timestamp() - s.tokens_at) * $2::double precision) as available,
         case when s.day = $5::date then s.day_used else 0 end as used
  from partner_state s where s.partner = $1 for update
), allowed as (
  select available, used, greatest(0, least(floor(available), $4::integer, coalesce($6::integer - used, $4::integer)))::integer as n from state
)
update partner_state s
set tokens = a.available - a.n, tokens_at = clock_timestamp(), day = $5::date, day_used = a.used + a.n
from allowed a where s.partner = $1
returning a.n as granted, s.tokens as left, s.day_used as "dayUsed"`;

/** Calls of this local day that were taken out of the partner's budget. */
export async function readDayUsed(tx: Queryable, partner: PartnerId, day: string): Promise<number> {
  const rows = await tx.query<{ used: number }>(
    `select s.day_used as used from partner_state s where s.partner = $1 and s.day = $2::date`,
    [partner, day],
  );
  return rows[0]?.used ?? 0;
}
