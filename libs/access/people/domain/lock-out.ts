/** When an account is shut for a while after failed log-ins. */
export interface LockPolicy {
  /** Failures in a row, of the password or of the one-time code. */
  maxFailures: number;
  /** How long it is shut then, ms. */
  lockMs: number;
}

export interface Failures {
  failedLogIns: number;
  lockedUntil: Date | null;
}

export function isLocked({ lockedUntil }: Failures, now: Date): boolean {
  return lockedUntil !== null && lockedUntil.getTime() > now.getTime();
}

/** After one more failure. While it is shut nothing is counted: guessing on does not lengthen the time.
 *  @returns `locksNow` when this failure shut it */
export function afterFailure(before: Failures, now: Date, policy: LockPolicy): Failures & { locksNow: boolean } {
  if (isLocked(before, now)) return { ...before, locksNow: false };
  const failedLogIns = before.failedLogIns + 1;
  if (failedLogIns < policy.maxFailures) return { failedLogIns, lockedUntil: null, locksNow: false };
  return { failedLogIns: 0, lockedUntil: new Date(now.getTime() + policy.lockMs), locksNow: true };
}
