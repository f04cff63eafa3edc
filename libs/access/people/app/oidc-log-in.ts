import { AppError, type Tx } from '#platform';
import { refuseWhileWaiting } from '../../identity/app/refuse-after';
import { WindowLimiter } from '../../identity/domain/window-limiter';
import { findBySubject, lockAccount, saveActive, type AccountWithAccess } from '../adapters/account-store';
import { insertTicket, takeTicket } from '../adapters/oidc-ticket-store';
import type { OpenedSession, Origin } from '../ports';
import type { OidcIdentity, OidcProvider } from '../ports-oidc';
import { admissionFault, logInRefused } from './admit-person';
import { disableForIdleness } from './disable-idle-accounts';
import { openSession } from './open-session';
import type { PeopleOptions } from './people-options';
import { newToken, tokenHash } from './session-token';

/** Time for a log-in at the provider. */
const TICKET_MS = 600_000;
const OPERATION = 'session.oidc-callback';
const WINDOW_MS = 60_000;
/** People behind one address. */
const MANY_PEOPLE = 10;

export interface OidcAnswer extends Origin {
  /** The whole URL that the browser came back to. */
  callback: URL;
  /** Of the cookie that the browser was sent away with. */
  ticket: string | undefined;
  /** Token of the session that the browser has. */
  replaces?: string;
}

/** Log-in at an identity provider. Accounts are not made by it: a person gets in when two administrators have linked the account to this issuer and
 *  subject, with the roles that the account has here. */
export class OidcLogIn {
  private readonly begun: WindowLimiter;
  private readonly failed: WindowLimiter;

  /** @param provider null: none is configured
   *  @param options `strayCallback` counts answers that belong to no log-in of ours */
  constructor(
    private readonly provider: OidcProvider | null,
    private readonly options: PeopleOptions & { strayCallback: () => void },
  ) {
    const limits = { limit: options.maxFailures * MANY_PEOPLE, windowMs: WINDOW_MS, maxKeys: 20_000 };
    this.begun = new WindowLimiter(limits);
    this.failed = new WindowLimiter(limits);
  }

  /** @returns where the browser is sent, and the ticket for its cookie
   *  @throws AppError 404 `oidc-not-configured`, 429 `too-many-failed-log-ins`, 503 `oidc-provider-away` */
  async begin({
    addressDigest,
  }: Pick<Origin, 'addressDigest'>): Promise<{ url: string; ticket: string; maxAgeSeconds: number }> {
    // Each begin is a row and perhaps a call to the provider, and anybody may ask for it.
    refuseWhileWaiting(this.begun.waitMs(addressDigest, this.options.clock.now()));
    this.begun.count(addressDigest, this.options.clock.now());
    const { url, checks } = await this.configured().begin();
    const ticket = newToken();
    const expiresAt = new Date(this.options.clock.now().getTime() + TICKET_MS);
    await insertTicket(this.options.db, tokenHash(ticket), checks, expiresAt);
    return { url, ticket, maxAgeSeconds: TICKET_MS / 1_000 };
  }

  /** @throws AppError 401 `log-in-not-accepted` whatever does not fit; 404 `oidc-not-configured`; 429 `too-many-failed-log-ins`;
   *  503 `oidc-provider-away` */
  async finish(answer: OidcAnswer): Promise<OpenedSession> {
    refuseWhileWaiting(this.failed.waitMs(answer.addressDigest, this.options.clock.now()));
    try {
      const identity = await this.identityOf(answer);
      const opened = await this.options.db.run((tx) => this.settle(tx, answer, identity));
      if (opened) return opened;
      throw logInRefused();
    } catch (error) {
      if (isRefused(error)) this.failed.count(answer.addressDigest, this.options.clock.now());
      throw error;
    }
  }

  private async identityOf(answer: OidcAnswer): Promise<OidcIdentity> {
    const provider = this.configured();
    const { db, clock } = this.options;
    const checks =
      answer.ticket === undefined ? undefined : await takeTicket(db, tokenHash(answer.ticket), clock.now());
    if (!checks) {
      // It belongs to no log-in that began here: a stranger's call, which must not fill the sync log.
      this.options.strayCallback();
      throw logInRefused();
    }
    try {
      return await provider.finish(answer.callback, checks);
    } catch (error) {
      if (isRefused(error)) await db.run((tx) => this.record(tx, answer, { reason: 'oidc-answer-wrong' }));
      throw error;
    }
  }

  private async settle(tx: Tx, answer: OidcAnswer, identity: OidcIdentity): Promise<OpenedSession | undefined> {
    const { clock, limits } = this.options;
    const now = clock.now();
    const found = await findBySubject(tx, identity.issuer, identity.subject);
    const account = found && (await lockAccount(tx, found.clientId));
    const fault = account ? admissionFault(account, { address: answer.address, now }) : 'account-unknown';
    if (!account || fault) {
      if (account && fault === 'account-idle') await disableForIdleness(tx, [account.clientId], this.options);
      await this.record(tx, answer, { account, reason: fault ?? 'account-unknown' });
      return undefined;
    }
    await saveActive(tx, account.clientId, now);
    await this.record(tx, answer, { account });
    return openSession(tx, { clientId: account.clientId, how: 'oidc', replaces: answer.replaces }, { clock, limits });
  }

  private record(
    tx: Tx,
    { addressDigest }: OidcAnswer,
    { account, reason }: { account?: AccountWithAccess; reason?: string },
  ): Promise<void> {
    return this.options.journal.record(tx, {
      kind: reason === undefined ? 'log-in.succeeded' : 'log-in.failed',
      client: account ? { id: account.clientId, kind: account.kind } : null,
      operation: OPERATION,
      addressDigest,
      reason,
    });
  }

  private configured(): OidcProvider {
    if (this.provider) return this.provider;
    throw new AppError({
      code: 'oidc-not-configured',
      disposition: 'refuse',
      status: 404,
      detail: 'this installation has no identity provider',
    });
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.status === 401;
}
