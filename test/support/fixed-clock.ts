import type { Clock } from '#platform';

/** A clock that stands still until it is moved. */
export interface FixedClock extends Clock {
  set(at: Date | string): void;
  advance(byMs: number): void;
}

/** @param start instant at which the clock stands first. @default 2026-03-02T02:00:00Z, a Monday, 09:00 in Vietnam */
export function fixedClock(start: Date | string = '2026-03-02T02:00:00Z'): FixedClock {
  let nowMs = new Date(start).getTime();
  return {
    now: () => new Date(nowMs),
    set: (at) => void (nowMs = new Date(at).getTime()),
    advance: (byMs) => void (nowMs += byMs),
  };
}
