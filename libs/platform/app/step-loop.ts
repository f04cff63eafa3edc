import type { Log } from './log';
import { OutageLog } from './outage-log';

/** What a loop does next: another step at once, or after a wait that something may cut short. */
export type NextStep = 'again' | 'wait';

export interface StepLoopOptions {
  /** Name in log lines, e.g. `sequencer`. */
  name: string;
  /** One bounded piece of work. Whatever it throws is tried again after a back-off; the log says when that begins and ends. */
  step(signal: AbortSignal): Promise<NextStep>;
  /** Waits until there may be work; `idleSteps` counts the waits since the last work. Must end when the signal is aborted. */
  idle(idleSteps: number, signal: AbortSignal): Promise<unknown>;
  log: Log;
  /** Longest pause after repeated failures; the first is a sixteenth of it. @default 2_000 ms */
  maxBackoffMs?: number;
}

/** A loop that cannot die: work while there is some, wait when there is none, back off when it fails, end when told. */
export class StepLoop {
  private abort: AbortController | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: StepLoopOptions) {}

  start(): void {
    if (this.running) return;
    this.abort = new AbortController();
    this.running = this.loop(this.abort.signal);
  }

  /** Resolves when the running step is over. */
  async stop(): Promise<void> {
    this.abort?.abort();
    await this.running;
    this.running = undefined;
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const outage = new OutageLog(this.options.log, this.options.name);
    let idleSteps = 0;
    while (!signal.aborted) {
      try {
        const next = await this.options.step(signal);
        outage.recovered();
        idleSteps = next === 'again' ? 0 : idleSteps + 1;
        if (next === 'wait') await this.options.idle(idleSteps, signal);
      } catch (error) {
        await pause(this.backoffMs(outage.failed(error)), signal);
      }
    }
  }

  private backoffMs(failures: number): number {
    const longest = this.options.maxBackoffMs ?? 2_000;
    return Math.min(longest, (longest / 16) * 2 ** (failures - 1));
  }
}

/** Resolves after `ms` or when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
