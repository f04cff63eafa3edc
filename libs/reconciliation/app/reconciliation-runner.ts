import { codeOf, isConnectionLost, LeasedSteps, type StepEnd } from '#platform';
import { leaseRuns, releaseRuns, type Run } from '../adapters/reconciliation-store';
import { Pace } from './ask-partner';
import { stepFailed } from './give-up';
import type { RunDeps } from './run-deps';
import { runStep } from './run-step';

/** How long a run stays with a worker that says nothing. */
const LEASE_MS = 30_000;

export interface RunnerOptions {
  /** As `LeasedSteps`. */
  onProgress(): void;
  renewMs?: number;
}

/** Makes comparisons in a worker, each by one worker at a time. */
export class ReconciliationRunner {
  private readonly steps: LeasedSteps<Run>;
  private readonly pace: Pace;

  constructor(
    private readonly deps: RunDeps,
    options: RunnerOptions,
  ) {
    const { db, workerId, clock } = deps;
    this.pace = new Pace(deps);
    this.steps = new LeasedSteps({
      ...options,
      lease: () => leaseRuns(db, { workerId, now: clock.now(), leaseMs: LEASE_MS }),
      release: () => releaseRuns(db, workerId),
      step: (run, signal) => this.step(run, signal),
    });
  }

  /** As `LeasedSteps.runOnce`, of runs. */
  runOnce(signal: AbortSignal): Promise<number> {
    return this.steps.runOnce(signal);
  }

  /** As `LeasedSteps.stop`. */
  stop(): Promise<void> {
    return this.steps.stop();
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
