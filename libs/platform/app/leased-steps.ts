import { pause } from './step-loop';

/** What a step came to. `again`: there may be more to do at once. `moved`: others have work by it, this job has none for now. */
export type StepEnd = 'again' | 'moved' | 'wait';

export interface LeasedStepsOptions<T extends { id: string }> {
  /** The jobs that this worker has and that are due, after taking those that nobody has or whose owner is silent; renews its leases. */
  lease(): Promise<readonly T[]>;
  /** Gives back what this worker holds. */
  release(): Promise<void>;
  /** One bounded piece of a job. Must not throw: what fails it logs, and decides about. */
  step(job: T, signal: AbortSignal): Promise<StepEnd>;
  /** After something was committed that others wait for. */
  onProgress(): void;
  /** How long a round waits for steps under way before it renews the leases and steps the other jobs, ms.
   *  @default 5_000 */
  renewMs?: number;
}

/** Carries jobs that workers lease, each by one worker at a time, and its steps one after the other. */
export class LeasedSteps<T extends { id: string }> {
  /** Steps under way, by job. */
  private readonly steps = new Map<string, Promise<void>>();
  private more = 0;

  constructor(private readonly options: LeasedStepsOptions<T>) {}

  /** Begins a step of every job that this worker has or can take, and waits for the first that ends. A step that waits long for its partner keeps
   *  its lease and holds up no other job: taken over meanwhile, it would be made in vain by one worker after the other.
   *  @returns how many may have more to do at once */
  async runOnce(signal: AbortSignal): Promise<number> {
    // A step that ends while this is read leaves it unsaid whether the row is that of before or after it: its job waits for the next round.
    const busy = new Set(this.steps.keys());
    for (const job of await this.options.lease()) if (!busy.has(job.id)) this.begin(job, signal);
    await this.oneEnds(signal);
    const { more } = this;
    this.more = 0;
    return more;
  }

  /** Another worker takes over at once. */
  async stop(): Promise<void> {
    await Promise.all(this.steps.values());
    await this.options.release();
  }

  private begin(job: T, signal: AbortSignal): void {
    const step = this.options.step(job, signal).then((end) => {
      this.steps.delete(job.id);
      if (end === 'wait') return;
      if (end === 'again') this.more += 1;
      this.options.onProgress();
    });
    this.steps.set(job.id, step);
  }

  private async oneEnds(signal: AbortSignal): Promise<void> {
    if (this.steps.size === 0) return;
    const over = new AbortController();
    const renewal = pause(this.options.renewMs ?? 5_000, AbortSignal.any([signal, over.signal]));
    await Promise.race([...this.steps.values(), renewal]);
    over.abort();
  }
}
