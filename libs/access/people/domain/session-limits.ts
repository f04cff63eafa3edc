export interface SessionLimits {
  /** Longest time between two requests, ms. */
  idleMs: number;
  /** Longest time from the log-in, ms. */
  absoluteMs: number;
}

/** How exact the time of the last request is kept: not every request writes. */
const SEEN_STEP_MS = 30_000;

export function isSessionOver(
  session: { seenAt: Date; expiresAt: Date },
  now: Date,
  { idleMs }: SessionLimits,
): boolean {
  return session.expiresAt <= now || now.getTime() - session.seenAt.getTime() > idleMs;
}

/** Whether the time of the last request is old enough to be written again. */
export function isSeenStale(seenAt: Date, now: Date): boolean {
  return now.getTime() - seenAt.getTime() >= SEEN_STEP_MS;
}
