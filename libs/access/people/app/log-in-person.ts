import type { Tx } from '#platform';
import { refuseWhileWaiting } from '../../identity/app/refuse-after';
import { WindowLimiter } from '../../identity/domain/window-limiter';
import {
  findByUsername,
  lockAccount,
  saveFailures,
  saveLogIn,
  type AccountWithAccess,
} from '../adapters/account-store';
import { afterFailure, isLocked } from '../domain/lock-out';
import { canonicalUsername } from '../domain/password-rules';
import type { OpenedSession, Origin } from '../ports';
import { admissionFault, logInRefused } from './admit-person';
import { disableForIdleness } from './disable-idle-accounts';
import { openSession } from './open-session';
import type { PeopleOptions } from './people-options';
import { totpStep } from './totp';

export interface PersonLogIn extends Origin {
  username: string;
  password: string;
  /** Six digits; absent for accounts without a second factor. */
  totp?: string;
  /** Token of the session that the browser has. */
  replaces?: string;
}

const WINDOW_MS = 60_000;
const OPERATION = 'session.open';
/** Names that one address may try in vain; an office shares one. */
const MANY_NAMES = 10;

/** What the check of a log-in found; a fault is told to the sync log alone. */
type Verdict = { fault: string } | { session: OpenedSession };

/** Log-in by password and one-time code. */
export class LogInPerson {
  private readonly perName: WindowLimiter;
  private readonly perAddress: WindowLimiter;

  constructor(private readonly options: PeopleOptions) {
    const { maxFailures } = options;
    this.perName = new WindowLimiter({ limit: maxFailures, windowMs: WINDOW_MS, maxKeys: 20_000 });
    this.perAddress = new WindowLimiter({ limit: maxFailures * MANY_NAMES, windowMs: WINDOW_MS, maxKeys: 20_000 });
  }

  /** Every failure is answered alike, in the same time.
   *  @throws AppError 401 `log-in-not-accepted`, 429 `too-many-failed-log-ins`, 503 `too-busy` */
  async run(given: PersonLogIn): Promise<OpenedSession> {
    const username = canonicalUsername(given.username);
    this.refuseAfterFailures(username, given.addressDigest);
    const account = await findByUsername(this.options.db, username);
    const isRight = await this.options.passwords.verify(account?.passwordHash, given.password);
    const verdict = await this.options.db.run((tx) => this.settle(tx, { given, account, isRight }));
    if ('session' in verdict) return verdict.session;
    const now = this.options.clock.now();
    this.perName.count(`${username} ${given.addressDigest}`, now);
    this.perAddress.count(given.addressDigest, now);
    throw logInRefused();
  }

  private async settle(
    tx: Tx,
    found: { given: PersonLogIn; account: AccountWithAccess | undefined; isRight: boolean },
  ): Promise<Verdict> {
    const { given, isRight } = found;
    if (!found.account) return this.fail(tx, null, given, 'account-unknown');
    // The password's hash was read before it was verified, and others may have failed since.
    const account = await lockAccount(tx, found.account.clientId);
    if (!account || account.passwordHash !== found.account.passwordHash)
      return this.fail(tx, account ?? null, given, 'account-changed');
    const now = this.options.clock.now();
    if (isLocked(account, now)) return this.fail(tx, account, given, 'account-locked');
    const step = isRight ? this.totpOf(account, given.totp, now) : undefined;
    if (step === undefined) return this.failAndCount(tx, account, given, isRight);
    const fault = admissionFault(account, { address: given.address, now });
    if (fault === 'account-idle') await disableForIdleness(tx, [account.clientId], this.options);
    if (fault) return this.fail(tx, account, given, fault);
    return this.open(tx, account, given, step);
  }

  /** The step of a right code, null where none is asked for, undefined when it is wrong, missing or was used before. */
  private totpOf(account: AccountWithAccess, code: string | undefined, now: Date): number | null | undefined {
    if (!account.totpSealed) return null;
    const secret = this.options.seal.open(account.clientId, account.totpSealed);
    return totpStep(secret, code ?? '', now, account.totpUsedStep);
  }

  private async open(tx: Tx, account: AccountWithAccess, given: PersonLogIn, step: number | null): Promise<Verdict> {
    const { clock, limits, journal } = this.options;
    saveLogIn(tx, account.clientId, clock.now(), step);
    const session = await openSession(
      tx,
      { clientId: account.clientId, how: 'password', replaces: given.replaces },
      { clock, limits },
    );
    await journal.record(tx, {
      kind: 'log-in.succeeded',
      client: { id: account.clientId, kind: account.kind },
      operation: OPERATION,
      addressDigest: given.addressDigest,
    });
    return { session };
  }

  private async failAndCount(
    tx: Tx,
    account: AccountWithAccess,
    given: PersonLogIn,
    isRight: boolean,
  ): Promise<Verdict> {
    const { locksNow, ...failures } = afterFailure(account, this.options.clock.now(), this.options.lock);
    saveFailures(tx, account.clientId, failures);
    const verdict = await this.fail(tx, account, given, isRight ? 'totp-wrong' : 'password-wrong');
    if (locksNow && failures.lockedUntil)
      await this.options.journal.record(tx, {
        kind: 'account.locked',
        client: { id: account.clientId, kind: account.kind },
        operation: OPERATION,
        addressDigest: given.addressDigest,
        until: failures.lockedUntil,
      });
    return verdict;
  }

  private async fail(
    tx: Tx,
    account: AccountWithAccess | null,
    { addressDigest }: PersonLogIn,
    fault: string,
  ): Promise<Verdict> {
    await this.options.journal.record(tx, {
      kind: 'log-in.failed',
      client: account && { id: account.clientId, kind: account.kind },
      operation: OPERATION,
      addressDigest,
      reason: fault,
    });
    return { fault };
  }

  private refuseAfterFailures(username: string, addressDigest: string): void {
    const now = this.options.clock.now();
    refuseWhileWaiting(
      Math.max(this.perName.waitMs(`${username} ${addressDigest}`, now), this.perAddress.waitMs(addressDigest, now)),
    );
  }
}
