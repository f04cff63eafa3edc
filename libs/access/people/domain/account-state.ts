import type { Role } from '../../identity/domain/roles';

/** An account that nobody used for so long is disabled (security level 3). */
const IDLE_DAYS = 45;
/** Accounts are reviewed every six months (security level 3). */
const REVIEW_DAYS = 183;
const DAY_MS = 86_400_000;

/** What a person has to do before the account may be used for anything else. */
export type PendingStep = 'password' | 'totp';

/** @param activeAt last log-in, or the day on which the account was made or enabled again */
export function isIdle(activeAt: Date, now: Date): boolean {
  return now.getTime() - activeAt.getTime() > IDLE_DAYS * DAY_MS;
}

/** An account that was used last before this instant is idle. */
export function idleSince(now: Date): Date {
  return new Date(now.getTime() - IDLE_DAYS * DAY_MS);
}

export function reviewDueAt(reviewedAt: Date): Date {
  return new Date(reviewedAt.getTime() + REVIEW_DAYS * DAY_MS);
}

/** A one-time code is asked for where a role demands it, or an administrator took the old one away. */
export function pendingSteps(
  account: { mustChangePassword: boolean; mustEnrolTotp: boolean; hasTotp: boolean; roles: readonly Role[] },
  rolesWithTotp: readonly Role[],
): PendingStep[] {
  const needsTotp = account.mustEnrolTotp || account.roles.some((role) => rolesWithTotp.includes(role));
  return [
    ...(needsTotp && !account.hasTotp ? ['totp' as const] : []),
    ...(account.mustChangePassword ? ['password' as const] : []),
  ];
}
