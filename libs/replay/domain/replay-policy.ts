import type { PlanAction, PlanSource, PlanTotals, ReplayPlan } from './plan';
import type { RampPolicy } from './ramp';

/** Who may replay what, and how fast (`config/replay.yaml`). */
export interface ReplayPolicy {
  reasonCodes: readonly string[];
  maxItems: number;
  ratePerSecond: number;
  maxErrorShare: number;
  ramp: RampPolicy;
  /** A dry run older than this starts nothing, ms. */
  dryRunGoodForMs: number;
  approval: {
    goodForMs: number;
    /** Plans that fit one of these need no second person. */
    notNeededFor: readonly LowRisk[];
  };
  watch: WatchPolicy;
  /** Fields of a dossier's content that name a person: edited one dossier at a time and typed twice. */
  protectedFields: readonly string[];
}

/** When the cause of dead letters counts as gone. */
interface WatchPolicy {
  /** Between two probes of a watch, ms. */
  everyMs: number;
  /** Probes in a row that must succeed. */
  successes: number;
  /** Dead letters that a probe looks at: the newest ones. */
  sample: number;
}

interface LowRisk {
  action: PlanAction;
  source: PlanSource;
  maxItems: number;
  operations: readonly string[];
}

/** Whether a second person must agree. Words of people and edits always need one. Pure. */
export function needsApproval(
  plan: Pick<ReplayPlan, 'action' | 'source' | 'editedFields'> & { totals: PlanTotals; operations: readonly string[] },
  policy: ReplayPolicy,
): boolean {
  if (plan.action !== 'replay' || plan.editedFields !== null) return true;
  const { send, settle } = plan.totals.actions;
  return !policy.approval.notNeededFor.some(
    (low) =>
      low.action === plan.action &&
      low.source === plan.source &&
      send + settle <= low.maxItems &&
      plan.operations.every((operation) => low.operations.includes(operation)),
  );
}
