import { rfc3339 } from '#platform';
import type { AccountWithAccess } from '../adapters/account-store';
import { reviewDueAt } from '../domain/account-state';

/** A person's account as administrators see it: no hash and no secret. */
export interface ToldAccount {
  id: string;
  /** Personal data: for administrators only. */
  username: string | null;
  roles: readonly string[];
  units: readonly string[] | null;
  hasPassword: boolean;
  hasTotp: boolean;
  isLinked: boolean;
  mustChangePassword: boolean;
  lockedUntil: string | null;
  suspendedUntil: string | null;
  disabledAt: string | null;
  createdAt: string;
  activeAt: string;
  reviewedAt: string;
  reviewedBy: string;
  reviewDueAt: string;
}

/** @param withName whether the reader may see who it is */
export function toldAccount(account: AccountWithAccess, now: Date, withName: boolean): ToldAccount {
  const { clientId, roles, units, mustChangePassword, reviewedBy } = account;
  const ahead = (at: Date | null): string | null => (at && at > now ? rfc3339(at) : null);
  return {
    id: clientId,
    username: withName ? account.username : null,
    roles,
    units,
    hasPassword: account.passwordHash !== null,
    hasTotp: account.totpSealed !== null,
    isLinked: account.oidcSubject !== null,
    mustChangePassword,
    lockedUntil: ahead(account.lockedUntil),
    suspendedUntil: ahead(account.suspendedUntil),
    disabledAt: account.disabledAt && rfc3339(account.disabledAt),
    createdAt: rfc3339(account.createdAt),
    activeAt: rfc3339(account.activeAt),
    reviewedAt: rfc3339(account.reviewedAt),
    reviewedBy,
    reviewDueAt: rfc3339(reviewDueAt(account.reviewedAt)),
  };
}
