import { codeOf, pause } from '#platform';
import { leasePlans, releasePlans } from '../adapters/plan-store';
import type { ReplayPlan } from '../domain/plan';
import { dryRunRest } from './dry-run';
import type { RunDeps } from './run-deps';
import { runNext, type StepEnd } from './run-plan';

/** How long a plan stays with a worker that says nothing; one that is known to be gone loses it at once. */
const LEASE_MS = 15_000;

export interface RunnerOptions {
  /** After something was committed that others wait for. */
  onProgress(): void;
  /** How long a round waits for steps under way before it renews the leases and steps the other plans, ms.
   *  @default 5_000 */
  renewMs?: number;
}

/** Carries replay plans in a worker: dry runs and runs, each plan by one worker at a time. */
export class ReplayRunner {
  /** Steps under way, by plan. */
  private readonly steps = new Map<string, Promise<void>>();
  private more = 0;

  constructor(
    private readonly deps: RunDeps,
    private readonly options: RunnerOptions,
  ) {}

  /** Begins a step of every plan that this worker has or can take, and waits for the first that ends. A step that waits long for its partner keeps
   *  its lease and holds up no other plan: taken over meanwhile, it would be made in vain by one worker after the other.
   *  @returns how many may have more to do at once */
  async runOnce(signal: AbortSignal): Promise<number> {
    const now = this.deps.clock.now();
    const plans = await leasePlans(this.deps.db, { workerId: this.deps.workerId, now, leaseMs: LEASE_MS });
    for (const plan of plans) if (!this.steps.has(plan.id)) this.begin(plan, signal);
    await this.oneEnds(signal);
    const { more } = this;
    this.more = 0;
    return more;
  }

  /** Another worker takes over at once. */
  async stop(): Promise<void> {
    await Promise.all(this.steps.values());
    await releasePlans(this.deps.db, this.deps.workerId);
  }

  private begin(plan: ReplayPlan, signal: AbortSignal): void {
    const step = this.step(plan, signal).then((end) => {
      this.steps.delete(plan.id);
      if (end === 'wait') return;
      if (end === 'again') this.more += 1;
      this.options.onProgress();
    });
    this.steps.set(plan.id, step);
  }

  private async oneEnds(signal: AbortSignal): Promise<void> {
    if (this.steps.size === 0) return;
    const over = new AbortController();
    const renewal = pause(this.options.renewMs ?? 5_000, AbortSignal.any([signal, over.signal]));
    await Promise.race([...this.steps.values(), renewal]);
    over.abort();
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
