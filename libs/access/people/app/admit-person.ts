import type { AppErrorOptions } from '#platform';
import { AppError } from '#platform';
import { isAddressAllowed } from '../../identity/domain/address-list';
import type { AccountWithAccess } from '../adapters/account-store';
import { isIdle } from '../domain/account-state';

/** Why an account may not log in whatever is proved, as the sync log names it; undefined when it may. */
export function admissionFault(
  account: AccountWithAccess,
  { address, now }: { address: string; now: Date },
): 'client-disabled' | 'account-suspended' | 'account-idle' | 'address-not-allowed' | undefined {
  if (account.disabledAt) return 'client-disabled';
  if (account.suspendedUntil && account.suspendedUntil > now) return 'account-suspended';
  if (isIdle(account.activeAt, now)) return 'account-idle';
  if (account.addresses && !isAddressAllowed(account.addresses, address)) return 'address-not-allowed';
  return undefined;
}

/** One answer for all that can be wrong with a log-in: which name exists, which password is right and which account is shut is told to nobody
 *  who has not logged in. */
export function logInRefused(extra: Partial<AppErrorOptions> = {}): AppError {
  return new AppError({
    code: 'log-in-not-accepted',
    disposition: 'refuse',
    status: 401,
    detail: 'the log-in was not accepted',
    ...extra,
  });
}
