import { AppError, type Clock, type Database } from '#platform';
import { isAddressAllowed } from '../../identity/domain/address-list';
import type { Role } from '../../identity/domain/roles';
import { findSession, saveSeen, type StoredSession } from '../adapters/session-store';
import { pendingSteps } from '../domain/account-state';
import { isSeenStale, isSessionOver, type SessionLimits } from '../domain/session-limits';
import type { SessionFacts } from '../ports';
import { isCsrfToken, tokenHash } from './session-token';

export interface SessionRequest {
  /** Of the cookie. */
  token: string;
  /** Of the header `X-CSRF-Token`. */
  csrf: string | undefined;
  /** It may change something (every method but GET and HEAD). */
  isUnsafe: boolean;
  address: string;
  /** Id of the API operation that is asked for. */
  operation: string;
}

export interface CheckSessionOptions {
  db: Database;
  clock: Clock;
  limits: SessionLimits;
  rolesWithTotp: readonly Role[];
}

/** What everybody may do with an own session, whatever else the account is held to. */
const OWN_OPERATIONS: readonly string[] = [
  'session.show',
  'session.end',
  'session.change-password',
  'session.enrol-totp',
  'session.confirm-totp',
];

/** Turns the cookie of a session into who asks, against the account as it is now. */
export class CheckSession {
  constructor(private readonly options: CheckSessionOptions) {}

  /** @throws AppError 401 `session-over`; 403 `csrf-token-wrong`, `address-not-allowed`, `operation-not-allowed`, `session-step-needed`
   *  (with `pending`) */
  async run(request: SessionRequest): Promise<SessionFacts> {
    const { db, clock, limits } = this.options;
    const hash = tokenHash(request.token);
    const now = clock.now();
    const session = await findSession(db, hash);
    if (!session || isSessionOver(session, now, limits) || isSuspended(session, now)) throw over();
    if (request.isUnsafe && !isCsrfToken(request.token, request.csrf ?? ''))
      throw refusal('csrf-token-wrong', 'send the session’s csrfToken as X-CSRF-Token');
    const pending = session.how === 'oidc' ? [] : pendingSteps(session, this.options.rolesWithTotp);
    refuseForeign(session, request, pending);
    if (isSeenStale(session.seenAt, now)) await saveSeen(db, hash, now);
    const { clientId, kind, roles, units, how, startedAt, expiresAt } = session;
    return { principal: { clientId, kind, roles, units }, how, startedAt, expiresAt, pending };
  }
}

function refuseForeign(session: StoredSession, request: SessionRequest, pending: readonly string[]): void {
  if (session.addresses && !isAddressAllowed(session.addresses, request.address))
    throw refusal('address-not-allowed', 'not from this address');
  if (OWN_OPERATIONS.includes(request.operation)) return;
  if (pending.length > 0)
    throw refusal('session-step-needed', 'set a new password or a second factor first', { pending });
  if (session.operations && !session.operations.includes(request.operation))
    throw refusal('operation-not-allowed', 'this account may not do that');
}

function isSuspended({ suspendedUntil }: StoredSession, now: Date): boolean {
  return suspendedUntil !== null && suspendedUntil > now;
}

function over(): AppError {
  return new AppError({ code: 'session-over', disposition: 'refuse', status: 401, detail: 'log in again' });
}

function refusal(code: string, detail: string, extra: Record<string, unknown> = {}): AppError {
  return new AppError({ code, disposition: 'refuse', status: 403, detail, extra });
}
