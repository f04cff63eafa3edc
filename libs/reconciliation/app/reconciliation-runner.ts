import { codeOf, isConnectionLost, pause } from '#platform';
import { leaseRuns, releaseRuns, type Run } from '../adapters/reconciliation-store';
import { Pace } from './ask-partner';
import type { RunDeps } from './run-deps';
import { stepFailed, type StepEnd } from './give-up';
import { runStep } from './run-step';

/** How long a run stays with a worker that says nothing. */
const LEASE_MS = 30_000;

export interface RunnerOptions {
  /** After something was committed that others wait for. */
  onProgress(): void;
  /** How long a round waits for steps under way before it renews the leases and steps the other runs, ms.
   *  @default 5_000 */
  renewMs?: number;
}

/** Makes comparisons in a worker, each by one worker at a time. */
export class ReconciliationRunner {
  /** Steps under way, by run. */
  private readonly steps = new Map<string, Promise<void>>();
  private readonly pace: Pace;
  private more = 0;

  constructor(
    private readonly deps: RunDeps,
    private readonly options: RunnerOptions,
  ) {
    this.pace = new Pace(deps);
  }

  /** Begins a step of every run that this worker has or can take, and waits for the first that ends: a slow partner holds up no other.
   *  @returns how many may have more to do at once */
  async runOnce(signal: AbortSignal): Promise<number> {
    const { db, workerId, clock } = this.deps;
    // A step that ends while this is read leaves it unsaid whether the row is that of before or after it: its run waits for the next round.
    const busy = new Set(this.steps.keys());
    const runs = await leaseRuns(db, { workerId, now: clock.now(), leaseMs: LEASE_MS });
    for (const run of runs) if (!busy.has(run.id)) this.begin(run, signal);
    await this.oneEnds(signal);
    const { more } = this;
    this.more = 0;
    return more;
  }

  /** Another worker takes over at once. */
  async stop(): Promise<void> {
    await Promise.all(this.steps.values());
    await releaseRuns(this.deps.db, this.deps.workerId);
  }

  private begin(run: Run, signal: AbortSignal): void {
    const step = this.step(run, signal).then((end) => {
      this.steps.delete(run.id);
      if (end === 'wait') return;
      if (end === 'again') this.more += 1;
      this.options.onProgress();
    });
    this.steps.set(run.id, step);
  }

  private async oneEnds(signal: AbortSignal): Promise<void> {
    if (this.steps.size === 0) return;
    const over = new AbortController();
    const renewal = pause(this.options.renewMs ?? 5_000, AbortSignal.any([signal, over.signal]));
    await Promise.race([...this.steps.values(), renewal]);
    over.abort();
  }

  /** A run that fails hurts no other: it is tried again, later each time. */
  private async step(run: Run, signal: AbortSignal): Promise<StepEnd> {
    try {
      return await runStep(run, this.pace, this.deps, signal);
    } catch (error) {
      return signal.aborted ? 'wait' : this.failed(run, error);
    }
  }

  /** While the database is away nothing can be written, and the round is made again. */
  private async failed(run: Run, error: unknown): Promise<StepEnd> {
    const { id: reconciliationId } = run;
    this.deps.log.warn('reconciliation.step-failed', { reconciliationId, code: codeOf(error) });
    if (isConnectionLost(error)) return 'wait';
    try {
      return await stepFailed(run, error, this.deps);
    } catch (second) {
      this.deps.log.warn('reconciliation.step-failed', { reconciliationId, code: codeOf(second) });
      return 'wait';
    }
  }
}
