import type { PartnerId } from '#dossier';
import { localDay, type Queryable } from '#platform';
import { CLOSED, type BreakerState, type BreakerStatus } from '../domain/breaker';
import { IS_DRAINING } from './hold-store';
import { WORKER_SILENCE_MS } from '../domain/lease';
import type { WorkerPlace } from '../domain/slot-share';

/** What the workers share about a partner. */
export interface SharedGate {
  breaker: BreakerState;
  /** Some of its holds let lanes go. */
  isDraining: boolean;
  /** Calls of this local day. */
  dayUsed: number;
  place: WorkerPlace;
}

interface GateRow extends WorkerPlace, Omit<BreakerState, 'status'> {
  status: BreakerStatus | null;
  isDraining: boolean;
  dayUsed: number | null;
}

/** What a courier asks before it claims: the partner's circuit, its draining holds, the calls of today, and how many workers there are. */
export async function readGate(
  tx: Queryable,
  { partner, workerId, now }: { partner: PartnerId; workerId: string; now: Date },
): Promise<SharedGate> {
  const aliveSince = new Date(now.getTime() - WORKER_SILENCE_MS);
  const [row] = await tx.query<GateRow>(GATE, [partner, now, localDay(now), workerId, aliveSince]);
  const { status, until, openings, closedAt, isDraining, dayUsed, workers, before } = row;
  return {
    breaker: status === null ? CLOSED : { status, until, openings, closedAt },
    isDraining,
    dayUsed: dayUsed ?? 0,
    place: { workers, before },
  };
}

const GATE = `
select s.breaker as status, s.breaker_until as until, s.openings, s.closed_at as "closedAt",
  case when s.day = $3::date then s.day_used end as "dayUsed",
  exists (select from hold h where h.partner = p.partner and ${IS_DRAINING}) as "isDraining",
  w.workers, w.before
from (select $1::text as partner) p
left join partner_state s on s.partner = p.partner
cross join lateral (
  select greatest(1, count(*))::integer as workers, (count(*) filter (where id < $4))::integer as before
  from worker where 'couriers' = any(roles) and (id = $4 or heartbeat_at > $5)
) w`;

/** The partner answered. Written now and then only: it keeps another worker, whose own line is cut, from opening the circuit for all. */
export async function noteUp(tx: Queryable, partner: PartnerId, at: Date): Promise<void> {
  await tx.execute(
    `insert into partner_state (partner, last_up_at) values ($1, $2)
     on conflict (partner) do update set last_up_at = greatest(partner_state.last_up_at, excluded.last_up_at)`,
    [partner, at],
  );
}

/** Opens a closed circuit, unless somebody was answered since `downSince`. @returns whether it did */
export async function openCircuit(
  tx: Queryable,
  { partner, until, downSince }: { partner: PartnerId; until: Date; downSince: Date },
): Promise<boolean> {
  const opened = await tx.execute(
    `insert into partner_state as s (partner, breaker, breaker_until, openings) values ($1, 'open', $2, 1)
     on conflict (partner) do update set breaker = 'open', breaker_until = excluded.breaker_until, openings = 1
     where s.breaker = 'closed' and coalesce(s.last_up_at, '-infinity') < $3`,
    [partner, until, downSince],
  );
  return opened > 0;
}

/** A trial did not get through. @returns whether this worker's trial still counted */
export async function reopenCircuit(
  tx: Queryable,
  { partner, until }: { partner: PartnerId; until: Date },
): Promise<boolean> {
  const reopened = await tx.execute(
    `update partner_state set breaker = 'open', breaker_until = $2, openings = openings + 1 where partner = $1 and breaker = 'half-open'`,
    [partner, until],
  );
  return reopened > 0;
}

/** The partner answers again. @returns whether it was not closed before */
export async function closeCircuit(tx: Queryable, partner: PartnerId, at: Date): Promise<boolean> {
  const closed = await tx.execute(
    `update partner_state set breaker = 'closed', breaker_until = null, openings = 0, closed_at = $2, last_up_at = $2
     where partner = $1 and breaker <> 'closed'`,
    [partner, at],
  );
  return closed > 0;
}

/** Takes the trial of a circuit whose time is over: one worker wins. `until`: when the trial counts as lost. */
export async function takeTrial(
  tx: Queryable,
  { partner, now, until }: { partner: PartnerId; now: Date; until: Date },
): Promise<boolean> {
  const taken = await tx.execute(
    `update partner_state set breaker = 'half-open', breaker_until = $3
     where partner = $1 and breaker <> 'closed' and breaker_until <= $2`,
    [partner, now, until],
  );
  return taken > 0;
}

/** The trial is free again from `until` on. */
export async function giveTrialBack(
  tx: Queryable,
  { partner, until }: { partner: PartnerId; until: Date },
): Promise<void> {
  await tx.execute(`update partner_state set breaker_until = $2 where partner = $1 and breaker = 'half-open'`, [
    partner,
    until,
  ]);
}
