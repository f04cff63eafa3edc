import { Inject, Injectable } from '@nestjs/common';
import { Authenticate, CheckSession, type Principal } from '#access';
import { SESSION_COOKIES } from '../tokens';
import type { AuthenticatedRequest } from './access';
import type { SessionCookies } from './session-cookies';
import { shownBy } from './shown-by';

const SAFE_METHODS = ['GET', 'HEAD'];

/** Who sends a request: by bearer token or client certificate (machines, tools), or by the cookie of a session (people in a browser). A header that
 *  names a token wins: no browser sends one by itself. */
@Injectable()
export class AccessGate {
  constructor(
    private readonly authenticate: Authenticate,
    private readonly sessions: CheckSession,
    @Inject(SESSION_COOKIES) private readonly cookies: SessionCookies,
  ) {}

  /** Counts the request against the client's quota.
   *  @throws what `Authenticate.run` and `CheckSession.run` throw */
  async enter(request: AuthenticatedRequest, operation: string): Promise<Principal> {
    return (await this.bySession(request, operation)) ?? this.authenticate.run(shownBy(request, operation));
  }

  /** The same without counting, for who asks before the request is taken up. */
  async admit(request: AuthenticatedRequest, operation: string): Promise<Principal> {
    return (await this.bySession(request, operation)) ?? this.authenticate.admit(shownBy(request, operation));
  }

  private async bySession(request: AuthenticatedRequest, operation: string): Promise<Principal | undefined> {
    if (request.headers.authorization !== undefined) return undefined;
    const token = this.cookies.session.read(request);
    if (token === undefined) return undefined;
    const facts = await this.sessions.run({
      token,
      csrf: [request.headers['x-csrf-token']].flat()[0],
      isUnsafe: !SAFE_METHODS.includes(request.method),
      address: request.ip,
      operation,
    });
    request.session = { token, facts };
    return facts.principal;
  }
}
