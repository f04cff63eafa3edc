import { type Log, pause, StepLoop } from '#platform';
import type { Role } from './role';

export interface PeriodicOptions {
  name: string;
  /** Pause between two rounds that found nothing, ms. A round that found work is followed by the next at once. */
  everyMs: number;
  /** One round; returns how much it found. Whatever it throws is logged and tried again after a back-off. */
  round(signal: AbortSignal): Promise<number>;
  log: Log;
}

/** A role that looks for work again and again. */
export function periodicRole({ name, everyMs, round, log }: PeriodicOptions): Role {
  const loop = new StepLoop({
    name,
    step: async (signal) => ((await round(signal)) > 0 ? 'again' : 'wait'),
    idle: (_idleSteps, signal) => pause(everyMs, signal),
    log,
  });
  return { name, start: () => loop.start(), stop: () => loop.stop() };
}
