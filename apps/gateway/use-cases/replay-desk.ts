import { rfc3339 } from '#platform';
import {
  approvePlan,
  cancelPlan,
  createPlan,
  endWatch,
  pausePlan,
  placeWatch,
  requestDryRun,
  resumePlan,
  secondsLeft,
  startPlan,
  type ItemRow,
  type PlanCaller,
  type PlanDeps,
  type PlanRequest,
  type ReplayPlan,
  type Watch,
  type WatchRequest,
} from '#replay';
import type { GatewayParts } from '../parts';
import type { NewRegistrationLink, ReplayItemView, ReplayView } from '../schema/replay';
import type { WatchView } from '../schema/watch';

/** What a person may ask of a plan. */
const PLAN_STEPS = {
  'dry-run': requestDryRun,
  start: startPlan,
  pause: pausePlan,
  resume: resumePlan,
  cancel: cancelPlan,
} as const;
export type PlanStepName = keyof typeof PLAN_STEPS;

/** Where operators make and steer replay plans, and a second person approves them (DESIGN §8). */
export class ReplayDesk {
  private readonly deps: PlanDeps;

  constructor(private readonly parts: GatewayParts) {
    const { db, vault, syncLog, clock, ids, causes, replayPolicy: policy } = parts;
    this.deps = { db, vault, syncLog, clock, ids, causes, policy };
  }

  /** As `createPlan`. */
  async create(by: PlanCaller, request: PlanRequest): Promise<ReplayView> {
    return this.told(await createPlan(request, by, this.deps));
  }

  /** As `createPlan`, for a registration that officers made outside (P7). */
  async link(by: PlanCaller, { delivery, reason, file, ...register }: NewRegistrationLink): Promise<ReplayView> {
    const registration = { ...register, file: Buffer.from(file, 'base64') };
    return this.create(by, {
      action: 'link-registration',
      selection: { ids: [delivery] },
      reasonCode: 'registered-by-hand',
      reason,
      registration,
    });
  }

  /** As the function of the step in `steer-plan`. */
  async step(by: PlanCaller, id: string, name: PlanStepName): Promise<ReplayView> {
    return this.told(await PLAN_STEPS[name](id, by, this.deps));
  }

  /** As `approvePlan`. */
  async approve(by: PlanCaller, id: string, hash: string): Promise<ReplayView> {
    return this.told(await approvePlan(id, hash, by, this.deps));
  }

  /** As `placeWatch`. */
  async watch(by: PlanCaller, request: WatchRequest): Promise<WatchView> {
    return watchView(await placeWatch(request, by, this.deps));
  }

  /** As the function in `place-watch`. */
  async endWatch(by: PlanCaller, id: string): Promise<WatchView> {
    return watchView(await endWatch(id, by, this.deps));
  }

  private told(plan: ReplayPlan): ReplayView {
    this.parts.doorbell.ring('outbox');
    return replayView(plan);
  }
}

/** A plan as the API shows it. */
export function replayView(plan: ReplayPlan): ReplayView {
  const left = plan.items - plan.nextNumber + 1;
  const isUnderWay = plan.state === 'running' || plan.state === 'paused' || plan.state === 'stopped';
  return {
    id: plan.id,
    action: plan.action,
    source: plan.source,
    state: plan.state,
    selection: { ...plan.selection } as ReplayView['selection'],
    items: plan.items,
    dossiers: plan.dossiers,
    editedFields: plan.editedFields,
    reasonCode: plan.reasonCode,
    reason: plan.reason,
    requestedBy: plan.requestedBy,
    createdAt: rfc3339(plan.createdAt),
    ratePerSecond: plan.ratePerSecond,
    maxErrorShare: plan.maxErrorShare,
    dryRunAt: timeOf(plan.dryRunAt),
    looked: plan.lookedNumber,
    totals: plan.totals,
    hash: plan.hash === null ? null : plan.hash.toString('hex'),
    needsApproval: plan.needsApproval,
    approvedBy: plan.approvedBy,
    approvalExpiresAt: timeOf(plan.approvalExpiresAt),
    startedBy: plan.startedBy,
    startedAt: timeOf(plan.startedAt),
    endedAt: timeOf(plan.endedAt),
    counts: plan.counts,
    left,
    wave: plan.wave,
    secondsLeft: isUnderWay ? secondsLeft(left, plan.ratePerSecond) : null,
    stop: plan.stop,
  };
}

/** A watch as the API shows it. */
export function watchView({ units: _units, ...watch }: Watch): WatchView {
  return {
    ...watch,
    selection: { ...watch.selection } as WatchView['selection'],
    placedAt: rfc3339(watch.placedAt),
    probedAt: timeOf(watch.probedAt),
    endedAt: timeOf(watch.endedAt),
  };
}

/** An item as the API shows it. */
export function itemView({ codes, ...item }: ItemRow): ReplayItemView {
  const { dvclt, oneStop } = codes as { dvclt?: string; oneStop?: string };
  return {
    ...item,
    codes: [dvclt, oneStop].filter((code) => code !== undefined),
    releasedAt: timeOf(item.releasedAt),
    endedAt: timeOf(item.endedAt),
  };
}

function timeOf(at: Date | null): string | null {
  return at && rfc3339(at);
}
