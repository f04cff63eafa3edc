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

/** How far a claim has looked; the next page begins behind it. */
interface LookedTo {
  /** As PostgreSQL writes it: to the microsecond. */
  dueAt: string;
  dossierId: string;
}

interface Page {
  claims: ClaimedDelivery[];
  /** Null when there is nothing more to look at. */
  next: LookedTo | null;
}

/** Lanes behind a narrow hold fill page after page: so many are looked at in one claim, and the next claim goes on there. */
const MAX_PAGES = 4;

/** The end of the page that was looked at; null when it was the last one, or no narrow hold makes a next one needed. */
interface WindowRow {
  deliveryId: null;
  nextDueAt: string | null;
  nextId: string | null;
}

interface ClaimedRow extends Omit<WindowRow, 'deliveryId'> {
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
  return (await claimOn(tx, options, null)).claims;
}

/** Claims of one courier. Where a narrow hold stops more lanes than one look reads, each claim goes on behind the last one, and begins at the
 *  oldest again after the end: a held backlog starves nobody, and a claim never reads all of it. */
export class LaneClaims {
  private from: LookedTo | null = null;

  /** As `claimLanes`. */
  async claim(tx: Queryable, options: ClaimOptions): Promise<ClaimedDelivery[]> {
    const found = await claimOn(tx, options, this.from);
    this.from = found.next;
    return found.claims;
  }
}

async function claimOn(tx: Queryable, options: ClaimOptions, from: LookedTo | null): Promise<Page> {
  const claims: ClaimedDelivery[] = [];
  let next = from;
  for (let page = 0; page < MAX_PAGES && claims.length < options.maxLanes; page += 1) {
    const found = await claimPage(tx, { ...options, maxLanes: options.maxLanes - claims.length }, next);
    claims.push(...found.claims);
    next = found.next;
    if (next === null) break;
  }
  return { claims, next };
}

async function claimPage(tx: Queryable, options: ClaimOptions, from: LookedTo | null): Promise<Page> {
  const rows = await tx.query<ClaimedRow | WindowRow>(CLAIM_LANES, paramsOf(options, from));
  const { partner, now } = options;
  const [{ nextDueAt, nextId }] = rows;
  return {
    claims: rows.filter(isClaimed).map(({ projection, nextDueAt: _due, nextId: _id, ...row }) => ({
      ...row,
      partner,
      claimedAt: now,
      dossier: projection,
    })),
    next: nextDueAt === null || nextId === null ? null : { dueAt: nextDueAt, dossierId: nextId },
  };
}

function paramsOf(
  { partner, workerId, maxLanes, deadlineMs, now, drains }: ClaimOptions,
  from: LookedTo | null,
): unknown[] {
  const { id = null, operation = null, unit = null, dossierId = null } = drains ?? {};
  const { dueAt: fromDueAt = null, dossierId: fromId = null } = from ?? {};
  const leased = [partner, now, maxLanes, workerId, leaseUntil(now, deadlineMs)];
  return [...leased, id, operation, unit, dossierId, fromDueAt, fromId];
}

function isClaimed(row: ClaimedRow | WindowRow): row is ClaimedRow {
  return row.deliveryId !== null;
}

/** One statement. Locks are taken on **lanes** and skipped when taken, never on deliveries: skipping a delivery would let the next of
 *  its lane overtake it.
 *
 *  The race it guards: between this statement's snapshot and the lock, another worker may claim and settle the same lane, or a replay
 *  may put another head before ours. PostgreSQL then checks the *lane's* conditions again on its new version, but reads the *heads*
 *  from the old snapshot. `due` holds the lanes as the snapshot saw them and is not read again, so a differing `xmin` tells that the row has
 *  changed since, and the lane is left to the next claim. Every change of a head writes its lane's row (enqueue, settle, cancel, expire).
 *
 *  Only one page of due lanes is looked at: with a long backlog a claim must not read all of it. Lanes behind a narrow hold stand in that
 *  page too, so it is wide while there is one, and the answer says where the next begins (`$10`, `$11`); otherwise only lanes stand in it that
 *  others are about to claim. There is always one row, since that end is wanted when nothing was claimed, too.
 *
 *  The status of the head is checked once more where it is changed (`coalesce` keeps the planner from reading the whole index of standing
 *  deliveries instead of the one row).
 *
 *  A hold of an operation or unit is checked against the head, and so also stops what stands behind it. It stops until its drain is over: what
 *  it stopped is taken at its own pace (`claimFromHolds`), and a window whose end has passed holds until its drain has begun. */
export const CLAIM_LANES = `
with page as materialized (
  select exists (
    select 1 from hold h
    where h.partner = $1 and h.state <> 'over' and (h.operation is not null or h.unit is not null or h.dossier_id is not null)
  ) as is_narrow
), due as materialized (
  select l.dossier_id, l.due_at, l.xmin::text as seen from lane l
  where l.partner = $1 and l.state = 'open' and l.due_at <= $2 and l.lease_owner is null
    and l.due_at >= coalesce($10::timestamptz, '-infinity') and (l.due_at > coalesce($10, '-infinity') or l.dossier_id > $11::uuid)
  order by l.due_at, l.dossier_id
  limit (select case when is_narrow then $3 * 4 + 500 else $3 * 2 + 16 end from page)
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
       s.attempts_before as "attemptsBefore", s.was_unknown as "wasUnknown", s.first_attempt_at as "firstAttemptAt", s.facts, s.content_ref as "contentRef", leased.fence::text as fence, o.projection,
       w.ends_at as "nextDueAt", w.ends_id as "nextId"
from (
  select case when w.is_full then w.ends_at::text end as ends_at, case when w.is_full then w.ends_id end as ends_id from (
    select count(*) >= (select case when is_narrow then $3 * 4 + 500 end from page) as is_full,
      max(due_at) as ends_at, (array_agg(dossier_id order by due_at desc, dossier_id desc))[1] as ends_id from due
  ) w
) w
left join (
  started s
  join leased on leased.dossier_id = s.dossier_id
  join dossier o on o.id = s.dossier_id
) on true`;
