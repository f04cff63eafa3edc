import { codeOf } from '#platform';
import { leasePlans, releasePlans } from '../adapters/plan-store';
import type { ReplayPlan } from '../domain/plan';
import { dryRunNext } from './dry-run';
import type { RunDeps } from './run-deps';
import { runNext, type StepEnd } from './run-plan';

/** How long a plan stays with a worker that says nothing; one that is known to be gone loses it at once. */
const LEASE_MS = 15_000;

export interface RunnerOptions {
  /** After something was committed that others wait for. */
  onProgress(): void;
}

/** Carries replay plans in a worker: dry runs and runs, each plan by one worker at a time. */
export class ReplayRunner {
  constructor(
    private readonly deps: RunDeps,
    private readonly options: RunnerOptions,
  ) {}

  /** One step of every plan that this worker has or can take.
   *  @returns how many may have more to do at once */
  async runOnce(signal: AbortSignal): Promise<number> {
    const now = this.deps.clock.now();
    const plans = await leasePlans(this.deps.db, { workerId: this.deps.workerId, now, leaseMs: LEASE_MS });
    const steps = await Promise.all(plans.map((plan) => this.step(plan, signal)));
    if (steps.some((end) => end !== 'wait')) this.options.onProgress();
    return steps.filter((end) => end === 'again').length;
  }

  /** Another worker takes over at once. */
  stop(): Promise<void> {
    return releasePlans(this.deps.db, this.deps.workerId);
  }

  /** A plan that fails hurts no other: it is tried again. */
  private async step(plan: ReplayPlan, signal: AbortSignal): Promise<StepEnd> {
    try {
      return plan.state === 'dry-running'
        ? (await dryRunNext(plan, this.deps, signal)) > 0
          ? 'again'
          : 'wait'
        : await runNext(plan, this.deps, signal);
    } catch (error) {
      this.deps.log.warn('replay.step-failed', { planId: plan.id, code: codeOf(error) });
      return 'wait';
    }
  }
}
