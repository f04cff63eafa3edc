import type { Queryable, Tx } from '#platform';
import type { PlanState, ReplayPlan } from '../domain/plan';

const COLUMNS = `p.id, p.action, p.source, p.selection, p.selection_hash as "selectionHash", p.items, p.dossiers, p.units,
  p.link, p.edited_fields as "editedFields", p.state, p.reason_code as "reasonCode", p.reason,
  p.requested_by as "requestedBy", p.created_at as "createdAt", p.rate_per_second as "ratePerSecond",
  p.max_error_share as "maxErrorShare", p.starts_by_policy as "startsByPolicy", p.dry_run_at as "dryRunAt", p.totals, p.hash,
  p.needs_approval as "needsApproval", p.approved_by as "approvedBy", p.approved_at as "approvedAt",
  p.approval_expires_at as "approvalExpiresAt", p.started_by as "startedBy", p.started_at as "startedAt", p.ended_at as "endedAt",
  p.next_number as "nextNumber", p.looked_number as "lookedNumber", p.wave, p.wave_first as "waveFirst", p.wave_last as "waveLast",
  p.ramp_from as "rampFrom", p.drain_from as "drainFrom", p.drained,
  p.wave_failed as "waveFailed", p.counts, p.stop, p.lease_owner as "leaseOwner"`;

/** Writes a new plan's row; its items are written by `freezeItems`. */
export async function insertPlan(tx: Tx, plan: ReplayPlan): Promise<void> {
  await tx.execute(
    `insert into replay_plan (id, action, source, selection, selection_hash, items, dossiers, units, link, edited_fields, state,
       reason_code, reason, requested_by, created_at, rate_per_second, max_error_share, starts_by_policy, counts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      plan.id,
      plan.action,
      plan.source,
      JSON.stringify(plan.selection),
      plan.selectionHash,
      plan.items,
      plan.dossiers,
      plan.units,
      plan.link === null ? null : JSON.stringify(plan.link),
      plan.editedFields,
      plan.state,
      plan.reasonCode,
      plan.reason,
      plan.requestedBy,
      plan.createdAt,
      plan.ratePerSecond,
      plan.maxErrorShare,
      plan.startsByPolicy,
      JSON.stringify(plan.counts),
    ],
  );
}

/** Writes what may change of a plan. The caller holds its row's lock. */
export async function updatePlan(tx: Tx, plan: ReplayPlan): Promise<void> {
  await tx.execute(
    `update replay_plan set state = $2, dry_run_at = $3, totals = $4, hash = $5, needs_approval = $6, approved_by = $7, approved_at = $8,
       approval_expires_at = $9, started_by = $10, started_at = $11, ended_at = $12, next_number = $13, looked_number = $14, wave = $15,
       wave_first = $16, wave_last = $17, ramp_from = $18, drain_from = $19, drained = $20, stop = $21, wave_failed = $22, counts = $23
     where id = $1`,
    [
      plan.id,
      plan.state,
      plan.dryRunAt,
      plan.totals === null ? null : JSON.stringify(plan.totals),
      plan.hash,
      plan.needsApproval,
      plan.approvedBy,
      plan.approvedAt,
      plan.approvalExpiresAt,
      plan.startedBy,
      plan.startedAt,
      plan.endedAt,
      plan.nextNumber,
      plan.lookedNumber,
      plan.wave,
      plan.waveFirst,
      plan.waveLast,
      plan.rampFrom,
      plan.drainFrom,
      plan.drained,
      plan.stop === null ? null : JSON.stringify(plan.stop),
      plan.waveFailed,
      JSON.stringify(plan.counts),
    ],
  );
}

/** Undefined when there is none, or it holds a commune that the caller may not see.
 *  @param units communes the caller is limited to; null = all */
export async function readPlan(
  tx: Queryable,
  id: string,
  units: readonly string[] | null,
): Promise<ReplayPlan | undefined> {
  const [row] = await tx.query<ReplayPlan>(
    `select ${COLUMNS} from replay_plan p where p.id = $1 and ($2::text[] is null or p.units <@ $2)`,
    [id, units],
  );
  return row;
}

/** As `readPlan`, and nobody else changes it until the transaction ends. */
export async function lockPlan(tx: Tx, id: string, units: readonly string[] | null): Promise<ReplayPlan | undefined> {
  const [row] = await tx.query<ReplayPlan>(
    `select ${COLUMNS} from replay_plan p where p.id = $1 and ($2::text[] is null or p.units <@ $2) for update`,
    [id, units],
  );
  return row;
}

export interface PlanFilter {
  state: PlanState | null;
  units: readonly string[] | null;
  after: string | null;
  limit: number;
}

/** Newest first. */
export async function readPlans(tx: Queryable, { state, units, after, limit }: PlanFilter): Promise<ReplayPlan[]> {
  return tx.query<ReplayPlan>(
    `select ${COLUMNS} from replay_plan p
     where ($1::text is null or p.state = $1) and ($2::text[] is null or p.units <@ $2) and ($3::uuid is null or p.id < $3)
     order by p.id desc limit $4`,
    [state, units, after, limit],
  );
}

/** One that is paused or has stopped is only followed while something of it is under way. */
const HAS_WORK = `x.state in ('dry-running','running','paused','stopped','cancelled') and x.ended_at is null
         and (x.state not in ('paused','stopped') or exists (select from replay_item i where i.plan_id = x.id and i.state = 'released'))`;

/** The plans with work that this worker has after taking those that nobody has, or whose owner is gone or silent. A lease is renewed when half of it
 *  is over: a plan that waits costs no write each time. */
export async function leasePlans(
  tx: Queryable,
  { workerId, now, leaseMs }: { workerId: string; now: Date; leaseMs: number },
): Promise<ReplayPlan[]> {
  const at = (ms: number): Date => new Date(now.getTime() + ms);
  await tx.execute(
    `update replay_plan p set lease_owner = $1, lease_until = $3
     where p.id in (
       select x.id from replay_plan x
       where ${HAS_WORK} and (x.lease_owner is null or x.lease_until <= $2 or (x.lease_owner = $1 and x.lease_until <= $4)
             or (x.lease_owner <> $1 and not exists (select 1 from worker w where w.id = x.lease_owner)))
       order by x.id for update skip locked limit 8
     )`,
    [workerId, now, at(leaseMs), at(leaseMs / 2)],
  );
  return tx.query<ReplayPlan>(
    `select ${COLUMNS} from replay_plan p where p.id in (select x.id from replay_plan x where ${HAS_WORK}) and p.lease_owner = $1 order by p.id`,
    [workerId],
  );
}

/** Gives back what this worker holds. */
export async function releasePlans(tx: Queryable, workerId: string): Promise<void> {
  await tx.execute(`update replay_plan set lease_owner = null, lease_until = null where lease_owner = $1`, [workerId]);
}
