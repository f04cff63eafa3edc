/** Time is injected everywhere; only `systemClock` reads the machine's clock. */
export interface Clock {
  now(): Date;
}

const LOCAL_OFFSET_MS = 7 * 3_600_000;

/** Local calendar parts of an instant in Vietnam (UTC+7, no daylight saving). */
export function localParts(at: Date): {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  weekday: number;
} {
  const shifted = new Date(at.getTime() + LOCAL_OFFSET_MS);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: shifted.getUTCDay(),
  };
}

/** Year, month from 1, day, and optionally hour, minute, second of a wall clock. */
export type WallClock = readonly [
  year: number,
  month: number,
  day: number,
  hour?: number,
  minute?: number,
  second?: number,
];

/** Instant of a local (UTC+7) wall-clock time; overflow is carried as in Date.UTC. */
export function localInstant(...[year, month, day, hour = 0, minute = 0, second = 0]: WallClock): Date {
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second) - LOCAL_OFFSET_MS);
}

/** `YYYY-MM-DD` of an instant in Vietnam. */
export function localDay(at: Date): string {
  return new Date(at.getTime() + LOCAL_OFFSET_MS).toISOString().slice(0, 10);
}

/** RFC 3339 with the offset +07:00, milliseconds kept. */
export function rfc3339(at: Date): string {
  return `${new Date(at.getTime() + LOCAL_OFFSET_MS).toISOString().slice(0, -1)}+07:00`;
}
