import type { DossierState, PartnerId } from '#dossier';
import type { Queryable } from '#platform';
import type { ClaimedDelivery } from '../domain/attempt';
import type { HoldScope } from '../domain/hold';
import { leaseUntil } from '../domain/lease';
import type { DeliveryFacts } from '../ports';
import { STANDING } from './refresh-lanes';

export interface ClaimOptions {
  partner: PartnerId;
  workerId: string;
  /** Free call slots: never more is claimed, so that an expired lease means "may have been written". */
  maxLanes: number;
  /** Total deadline of a call, ms; the lease is longer by its margin. */
  deadlineMs: number;
  now: Date;
  /** Only lanes whose head this released hold had stopped; what other holds stop is not taken. @default every lane that nothing holds */
  drains?: HoldScope & { id: string };
}

interface ClaimedRow {
  deliveryId: string;
  dossierId: string;
  operation: string;
  unit: string;
  procedure: string;
  status: 'in-flight' | 'unknown';
  causedSeq: number;
  attempts: number;
  attemptsBefore: number;
  wasUnknown: boolean;
  firstAttemptAt: Date;
  facts: DeliveryFacts;
  contentRef: string | null;
  fence: string;
  projection: DossierState;
}

/** Takes the due heads of many lanes of one partner, oldest first, under a lease with a new fencing number. */
export async function claimLanes(tx: Queryable, options: ClaimOptions): Promise<ClaimedDelivery[]> {
  const { partner, workerId, maxLanes, deadlineMs, now, drains } = options;
  const rows = await tx.query<ClaimedRow>(CLAIM_LANES, [
    partner,
    now,
    maxLanes,
    workerId,
    leaseUntil(now, deadlineMs),
    drains?.id ?? null,
    drains?.operation ?? null,
    drains?.unit ?? null,
    drains?.dossierId ?? null,
  ]);
  return rows.map(({ projection, ...row }) => ({ ...row, partner, claimedAt: now, dossier: projection }));
}

/** One statement. Locks are taken on **lanes** and skipped when taken, never on deliveries: skipping a delivery would let the next of
 *  its lane overtake it.
 *
 *  The race it guards: between this statement's snapshot and the lock, another worker may claim and settle the same lane, or a replay
 *  may put another head before ours. PostgreSQL then checks the *lane's* conditions again on its new version, but reads the *heads*
 *  from the old snapshot. `due` holds the lanes as the snapshot saw them and is not read again, so a differing `xmin` tells that the row has
 *  changed since, and the lane is left to the next claim. Every change of a head writes its lane's row (enqueue, settle, cancel, expire).
 *
 *  Only the first due lanes are looked at: with a long backlog a claim must not read all of it. Lanes behind a narrow hold stand in that
 *  window too, so it is wide while there is one; otherwise only lanes stand in it that others are about to claim.
 *
 *  The status of the head is checked once more where it is changed (`coalesce` keeps the planner from reading the whole index of standing
 *  deliveries instead of the one row).
 *
 *  A hold of an operation or unit is checked against the head, and so also stops what stands behind it. It stops until its drain is over: what
 *  it stopped is taken at its own pace (`claimFromHolds`), and a window whose end has passed holds until its drain has begun. */
export const CLAIM_LANES = `
with due as materialized (
  select l.dossier_id, l.xmin::text as seen from lane l
  where l.partner = $1 and l.state = 'open' and l.due_at <= $2 and l.lease_owner is null
  order by l.due_at
  limit case
    when exists (
      select 1 from hold h
      where h.partner = $1 and h.state <> 'over' and (h.operation is not null or h.unit is not null or h.dossier_id is not null)
    ) then $3 * 4 + 500
    else $3 * 2 + 16
  end
), picked as (
  select l.partner, l.dossier_id, head.id as delivery_id
  from due
  join lane l on l.partner = $1 and l.dossier_id = due.dossier_id
  cross join lateral (
    select d.id, d.status, d.due_at, d.operation, d.unit from delivery d
    where d.partner = $1 and d.dossier_id = due.dossier_id and d.status in (${STANDING})
    order by d.caused_seq, d.replay_number, d.step limit 1
  ) head
  where l.state = 'open' and l.due_at <= $2 and l.lease_owner is null
    and l.xmin::text = due.seen
    and head.status in ('queued', 'waiting', 'unknown') and head.due_at <= $2
    and ($7::text is null or head.operation = $7) and ($8::text is null or head.unit = $8)
    and ($9::uuid is null or due.dossier_id = $9)
    and not exists (
      select 1 from hold h
      where h.partner = $1 and h.state <> 'over' and h.starts_at <= $2 and ($6::uuid is null or h.id <> $6)
        and (h.operation is null or h.operation = head.operation)
        and (h.unit is null or h.unit = head.unit)
        and (h.dossier_id is null or h.dossier_id = due.dossier_id)
    )
  order by l.due_at
  limit $3
  for update of l skip locked
), leased as (
  update lane l
  set lease_owner = $4, lease_until = $5, fence = l.fence + 1, due_at = null
  from picked p where l.partner = p.partner and l.dossier_id = p.dossier_id
  returning l.dossier_id, l.fence
), started as (
  update delivery d
  set status = case when d.status = 'unknown' then 'unknown' else 'in-flight' end,
      attempts = d.attempts + 1,
      was_unknown = d.was_unknown or d.status = 'unknown',
      first_attempt_at = coalesce(d.first_attempt_at, $2)
  from picked p where d.id = p.delivery_id and coalesce(d.status, '') in ('queued', 'waiting', 'unknown')
  returning d.id, d.dossier_id, d.operation, d.unit, d.procedure, d.status, d.caused_seq, d.attempts, d.attempts_before, d.was_unknown, d.first_attempt_at,
    case when d.edited_ref is null then d.facts else d.facts || jsonb_build_object('contentRef', d.edited_ref) end as facts, d.content_ref
)
select s.id as "deliveryId", s.dossier_id as "dossierId", s.operation, s.unit, s.procedure, s.status, s.caused_seq as "causedSeq", s.attempts,
       s.attempts_before as "attemptsBefore", s.was_unknown as "wasUnknown", s.first_attempt_at as "firstAttemptAt", s.facts, s.content_ref as "contentRef", leased.fence::text as fence, o.projection
from started s
join leased on leased.dossier_id = s.dossier_id
join dossier o on o.id = s.dossier_id`;
