import { answerOnce } from '#access';
import { AppError, type Tx } from '#platform';
import { lockPlan, readPlan, updatePlan } from '../adapters/plan-store';
import { assertPlanTransition, type ReplayPlan } from '../domain/plan';
import type { PlanStep } from '../domain/plan-events';
import { rampAnew } from '../domain/ramp-anew';
import type { PlanCaller, PlanDeps } from './create-plan';
import { recordPlan } from './plan-record';

/** A change of a plan by a person: the plan after it, and how it is told. */
interface Change {
  name: string;
  /** Beside plan and step: what else the request said. */
  given?: object;
  step: PlanStep;
  apply(plan: ReplayPlan, now: Date): ReplayPlan;
}

type Deps = Pick<PlanDeps, 'db' | 'policy' | 'syncLog' | 'clock' | 'ids'>;

/** Has every pending item looked at by a worker: a new dry run takes the place of an older one, and its approval is gone.
 *  @throws AppError 404 `replay-unknown`, 409 `replay-not-allowed`, `idempotency-conflict`, as all below */
export function requestDryRun(planId: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, {
    name: 'dry-run',
    step: 'dry-run-requested',
    apply: (plan) => ({
      ...to(plan, 'dry-running'),
      dryRunAt: null,
      totals: null,
      hash: null,
      needsApproval: null,
      approvedBy: null,
      approvedAt: null,
      approvalExpiresAt: null,
      lookedNumber: plan.nextNumber - 1,
      stop: null,
    }),
  });
}

/** A second person agrees with exactly what this hash stands for.
 *  @throws AppError 403 `own-request`; 409 `replay-changed` */
export function approvePlan(planId: string, hash: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, {
    name: 'approve',
    given: { hash },
    step: 'approved',
    apply: (plan, now) => {
      if (plan.requestedBy === by.actor.id)
        throw new AppError({
          code: 'own-request',
          disposition: 'refuse',
          status: 403,
          detail: 'a person never approves an own request',
        });
      const after = to(plan, 'approved');
      if (plan.hash === null || plan.hash.toString('hex') !== hash.toLowerCase())
        throw refused('replay-changed', plan, 'this is not the plan that you saw: look at it again', 'hash');
      return {
        ...after,
        approvedBy: by.actor.id,
        approvedAt: now,
        approvalExpiresAt: new Date(now.getTime() + deps.policy.approval.goodForMs),
      };
    },
  });
}

/** Lets a worker begin with the first wave.
 *  @throws AppError 409 `approval-needed`, `approval-expired`, `dry-run-too-old` */
export function startPlan(planId: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, {
    name: 'start',
    step: 'started',
    apply: (plan, now) => {
      if (plan.state !== 'approved' && plan.state !== 'dry-run') throw refused('replay-not-allowed', plan, STARTABLE);
      refuseUnready(plan, now, deps);
      return rampAnew({ ...to(plan, 'running'), startedBy: by.actor.id, startedAt: plan.startedAt ?? now }, now);
    },
  });
}

/** Nothing more is released; what is under way ends. */
export function pausePlan(planId: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, { name: 'pause', step: 'paused', apply: (plan) => to(plan, 'paused') });
}

/** Goes on exactly where it was, with a first small wave again.
 *  @throws AppError 409 `replay-changed` when a prediction was wrong, `approval-expired`: it needs a new dry run */
export function resumePlan(planId: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, {
    name: 'resume',
    step: 'resumed',
    apply: (plan, now) => {
      if (plan.state !== 'paused' && plan.state !== 'stopped')
        throw refused('replay-not-allowed', plan, 'only a paused or stopped plan goes on');
      if (plan.stop?.code === 'prediction-changed')
        throw refused('replay-changed', plan, 'the partner or the set has changed: ask for a new dry run');
      refuseExpired(plan, now);
      return rampAnew({ ...to(plan, 'running'), stop: null }, now);
    },
  });
}

/** Nothing more is released, for good; what is under way ends. */
export function cancelPlan(planId: string, by: PlanCaller, deps: Deps): Promise<ReplayPlan> {
  return change(planId, by, deps, { name: 'cancel', step: 'cancelled', apply: (plan) => to(plan, 'cancelled') });
}

const STARTABLE = 'only a plan with a dry run, and its approval where one is needed, can be started';

function refuseUnready(plan: ReplayPlan, now: Date, { policy }: Deps): void {
  const isApproved = plan.state === 'approved';
  if (plan.needsApproval !== false && !isApproved)
    throw refused('approval-needed', plan, 'a second person has to approve this plan first');
  refuseExpired(plan, now);
  if (plan.dryRunAt === null || now.getTime() - plan.dryRunAt.getTime() > policy.dryRunGoodForMs)
    throw refused('dry-run-too-old', plan, 'the dry run is too old: ask for a new one');
}

/** A pause does not keep an approval alive. */
function refuseExpired(plan: ReplayPlan, now: Date): void {
  if (plan.approvalExpiresAt !== null && plan.approvalExpiresAt <= now)
    throw refused('approval-expired', plan, 'the approval has expired: ask for a new dry run');
}

function to(plan: ReplayPlan, state: ReplayPlan['state']): ReplayPlan {
  assertPlanTransition(plan.state, state);
  return { ...plan, state };
}

async function change(
  planId: string,
  by: PlanCaller,
  deps: Deps,
  { name, given, step, apply }: Change,
): Promise<ReplayPlan> {
  const now = deps.clock.now();
  const request = { changePlan: { planId, name, ...given } };
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request, at: now };
  return deps.db.run(async (tx) => {
    await answerOnce(tx, once, async () => {
      const after = apply(await lockedPlan(tx, planId, by), now);
      await updatePlan(tx, after);
      await recordPlan(tx, { step, plan: after, actor: by.actor }, deps);
      return { planId };
    });
    return (await readPlan(tx, planId, null)) as ReplayPlan;
  });
}

async function lockedPlan(tx: Tx, planId: string, { units }: PlanCaller): Promise<ReplayPlan> {
  const plan = await lockPlan(tx, planId, units);
  if (plan) return plan;
  throw new AppError({ code: 'replay-unknown', disposition: 'refuse', status: 404, detail: 'no plan with this id' });
}

function refused(code: string, { state }: ReplayPlan, detail: string, field?: string): AppError {
  return new AppError({
    code,
    disposition: 'refuse',
    status: 409,
    detail,
    extra: { state },
    ...(field === undefined ? {} : { field }),
  });
}
