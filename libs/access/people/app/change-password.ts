import { AppError, type Tx } from '#platform';
import type { Principal } from '../../identity/ports';
import {
  findAccount,
  lockAccount,
  saveFailures,
  savePassword,
  type AccountWithAccess,
} from '../adapters/account-store';
import { deleteSessionsOf } from '../adapters/session-store';
import { afterFailure, isLocked } from '../domain/lock-out';
import { judgePassword, type PasswordFault } from '../domain/password-rules';
import type { OpenedSession } from '../ports';
import { openSession } from './open-session';
import type { PeopleOptions } from './people-options';

export interface PasswordChange {
  principal: Principal;
  addressDigest: string;
  currentPassword: string;
  newPassword: string;
}

const OPERATION = 'session.change-password';

/** A person sets another password. All sessions of the account end, the one that asked as well; it goes on in the new one that is given.
 *  A wrong current password counts like a failed log-in.
 *  @throws AppError 409 `password-not-local`; 403 `password-wrong`; 422 `password-refused` with `fault` */
export async function changePassword(change: PasswordChange, options: PeopleOptions): Promise<OpenedSession> {
  const account = await findAccount(options.db, change.principal.clientId);
  if (!account?.passwordHash) throw refused('password-not-local', 409, 'this account has no password here');
  const isRight = await options.passwords.verify(account.passwordHash, change.currentPassword);
  if (isRight) refuseWeak(change, account);
  const hash = isRight ? await options.passwords.hash(change.newPassword) : undefined;
  const session = await options.db.run((tx) => settle(tx, { change, account, hash }, options));
  if (session) return session;
  throw refused('password-wrong', 403, 'the current password is not right', 'currentPassword');
}

function refuseWeak({ newPassword, currentPassword }: PasswordChange, account: AccountWithAccess): void {
  const { username, totpSealed } = account;
  const fault = judgePassword(newPassword, {
    username,
    hasSecondFactor: totpSealed !== null,
    current: currentPassword,
  });
  if (!fault) return;
  throw new AppError({
    code: 'password-refused',
    disposition: 'refuse',
    status: 422,
    field: 'newPassword',
    detail: DETAILS[fault],
    extra: { fault },
  });
}

const DETAILS: Readonly<Record<PasswordFault, string>> = {
  'too-short': 'at least 14 characters, or 8 where the account has a second factor',
  'too-long': 'at most 128 characters',
  'is-username': 'it must not hold the user name',
  'is-common': 'it is one of those that are tried first',
  'is-same': 'it must be another one',
};

async function settle(
  tx: Tx,
  given: { change: PasswordChange; account: AccountWithAccess; hash: string | undefined },
  options: PeopleOptions,
): Promise<OpenedSession | undefined> {
  const { change, account, hash } = given;
  const { clientId } = account;
  const locked = await lockAccount(tx, clientId);
  const now = options.clock.now();
  if (!locked || locked.passwordHash !== account.passwordHash || isLocked(locked, now)) return undefined;
  const by = {
    client: { id: clientId, kind: account.kind },
    operation: OPERATION,
    addressDigest: change.addressDigest,
  };
  if (hash === undefined) {
    const { locksNow, ...failures } = afterFailure(locked, now, options.lock);
    saveFailures(tx, clientId, failures);
    await options.journal.record(tx, { ...by, kind: 'log-in.failed', reason: 'password-wrong' });
    if (!locksNow || !failures.lockedUntil) return undefined;
    await options.journal.record(tx, { ...by, kind: 'account.locked', until: failures.lockedUntil });
    // Who guesses the password inside a session is not the one who opened it.
    deleteSessionsOf(tx, clientId);
    return undefined;
  }
  savePassword(tx, clientId, { hash, at: now, mustChange: false });
  deleteSessionsOf(tx, clientId);
  await options.journal.record(tx, { ...by, kind: 'password.changed' });
  return openSession(tx, { clientId, how: 'password' }, options);
}

function refused(code: string, status: number, detail: string, field?: string): AppError {
  return new AppError({ code, disposition: 'refuse', status, detail, field });
}
