import { codeOf, LeasedSteps, type StepEnd } from '#platform';
import { leasePlans, releasePlans } from '../adapters/plan-store';
import type { ReplayPlan } from '../domain/plan';
import { dryRunRest } from './dry-run';
import type { RunDeps } from './run-deps';
import { runNext } from './run-plan';

/** How long a plan stays with a worker that says nothing; one that is known to be gone loses it at once. */
const LEASE_MS = 15_000;

export interface RunnerOptions {
  /** As `LeasedSteps`. */
  onProgress(): void;
  renewMs?: number;
}

/** Carries replay plans in a worker: dry runs and runs, each plan by one worker at a time. */
export class ReplayRunner {
  private readonly steps: LeasedSteps<ReplayPlan>;

  constructor(
    private readonly deps: RunDeps,
    options: RunnerOptions,
  ) {
    const { db, workerId, clock } = deps;
    this.steps = new LeasedSteps({
      ...options,
      lease: () => leasePlans(db, { workerId, now: clock.now(), leaseMs: LEASE_MS }),
      release: () => releasePlans(db, workerId),
      step: (plan, signal) => this.step(plan, signal),
    });
  }

  /** As `LeasedSteps.runOnce`, of plans. */
  runOnce(signal: AbortSignal): Promise<number> {
    return this.steps.runOnce(signal);
  }

  /** As `LeasedSteps.stop`. */
  stop(): Promise<void> {
    return this.steps.stop();
  }

  /** A plan that fails hurts no other: it is tried again. */
  private async step(plan: ReplayPlan, signal: AbortSignal): Promise<StepEnd> {
    try {
      return plan.state === 'dry-running'
        ? (await dryRunRest(plan, this.deps, signal)) > 0
          ? 'again'
          : 'wait'
        : await runNext(plan, this.deps, signal);
    } catch (error) {
      this.deps.log.warn('replay.step-failed', { planId: plan.id, code: codeOf(error) });
      return 'wait';
    }
  }
}
