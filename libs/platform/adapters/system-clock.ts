import type { Clock } from '../domain/clock';

/** The machine's clock: with `system-random.ts` and `uuid-ids.ts` the only place where a library meets real time and chance. */
export const systemClock: Clock = { now: () => new Date() };
