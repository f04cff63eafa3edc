import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { csrfToken, endSession, findAccountName, LogInPerson, ROLES, type PeopleOptions } from '#access';
import { AppError, rfc3339 } from '#platform';
import { callerOf, Operation, Public, Roles, type AuthenticatedRequest } from '../http/access';
import type { SessionCookies } from '../http/session-cookies';
import { sessionOf } from '../http/session-of';
import { EndedSession, NewSession, OpenedSessionView, SessionView } from '../schema/session';
import { ADDRESS_DIGEST, PEOPLE, SESSION_COOKIES } from '../tokens';

/** Log-in and log-out of people. A log-in needs no `Idempotency-Key`: each one is a session of its own. */
@ApiTags('access')
@Controller('api/v1/session')
export class SessionController {
  constructor(
    private readonly logIn: LogInPerson,
    @Inject(PEOPLE) private readonly people: PeopleOptions,
    @Inject(SESSION_COOKIES) private readonly cookies: SessionCookies,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('session.open', 'Log-in of a person; the session’s cookie comes with the answer')
  @ApiOkResponse({ type: OpenedSessionView })
  async open(
    @Body() given: NewSession,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenedSessionView> {
    refuseForm(request);
    const origin = { address: request.ip, addressDigest: this.addressDigest(request.ip) };
    const opened = await this.logIn.run({ ...given, ...origin, replaces: this.cookies.session.read(request) });
    this.cookies.session.set(reply, opened.token);
    return { clientId: opened.clientId, csrfToken: csrfToken(opened.token), expiresAt: rfc3339(opened.expiresAt) };
  }

  @Get()
  @Header('cache-control', 'no-store')
  @Roles(...ROLES)
  @Operation('session.show', 'Who is logged in, with which roles and communes')
  @ApiOkResponse({ type: SessionView })
  async show(@Req() request: AuthenticatedRequest): Promise<SessionView> {
    const { clientId, kind, roles, units } = callerOf(request);
    const username = (await findAccountName(this.people.db, clientId)) ?? null;
    return { clientId, username, kind, roles, units, ...this.factsOf(request) };
  }

  @Delete()
  @Header('cache-control', 'no-store')
  @Roles(...ROLES)
  @Operation('session.end', 'Log-out')
  @ApiOkResponse({ type: EndedSession })
  async end(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndedSession> {
    const { token, facts } = sessionOf(request);
    const { principal } = facts;
    await endSession({ token, principal, addressDigest: this.addressDigest(request.ip) }, this.people);
    this.cookies.session.clear(reply);
    return { endedAt: rfc3339(this.people.clock.now()) };
  }

  private factsOf({
    session,
  }: AuthenticatedRequest): Omit<SessionView, 'clientId' | 'username' | 'kind' | 'roles' | 'units'> {
    if (!session)
      return { how: 'token', pending: [], csrfToken: null, startedAt: null, expiresAt: null, idleSeconds: null };
    const { token, facts } = session;
    return {
      how: facts.how,
      pending: facts.pending,
      csrfToken: csrfToken(token),
      startedAt: rfc3339(facts.startedAt),
      expiresAt: rfc3339(facts.expiresAt),
      idleSeconds: this.people.limits.idleMs / 1_000,
    };
  }
}

/** A page of another site can send a form, and so log a victim in as somebody else; JSON it cannot send without asking us first. */
function refuseForm({ headers }: AuthenticatedRequest): void {
  if (headers['content-type']?.toLowerCase().startsWith('application/json')) return;
  throw new AppError({
    code: 'content-type-not-supported',
    disposition: 'refuse',
    status: 415,
    detail: 'a log-in is sent as application/json',
  });
}
