import { Body, Controller, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { beginTotp, changePassword, confirmTotp, csrfToken, ROLES, type PeopleOptions } from '#access';
import { rfc3339 } from '#platform';
import { Operation, Roles, type AuthenticatedRequest } from '../http/access';
import type { SessionCookies } from '../http/session-cookies';
import { sessionOf } from '../http/session-of';
import { NewPassword, OpenedSessionView, TotpCode, TotpEnrolled, TotpSecretView } from '../schema/session';
import { ADDRESS_DIGEST, PEOPLE, SESSION_COOKIES } from '../tokens';

/** What a person changes of the own account. None of it takes an `Idempotency-Key`: each brings a secret that is not kept. */
@ApiTags('access')
@Controller('api/v1/session')
export class SessionStepsController {
  constructor(
    @Inject(PEOPLE) private readonly people: PeopleOptions,
    @Inject(SESSION_COOKIES) private readonly cookies: SessionCookies,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('password')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles(...ROLES)
  @Operation('session.change-password', 'Another password; all sessions of the account end, a new one begins')
  @ApiOkResponse({ type: OpenedSessionView })
  async changePassword(
    @Body() given: NewPassword,
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenedSessionView> {
    const { principal } = sessionOf(request).facts;
    const addressDigest = this.addressDigest(request.ip);
    const opened = await changePassword({ principal, addressDigest, ...given }, this.people);
    this.cookies.session.set(reply, opened.token);
    return { clientId: opened.clientId, csrfToken: csrfToken(opened.token), expiresAt: rfc3339(opened.expiresAt) };
  }

  @Post('totp')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles(...ROLES)
  @Operation('session.enrol-totp', 'A secret for the authenticator app of an account that has none')
  @ApiOkResponse({ type: TotpSecretView })
  beginTotp(@Req() request: AuthenticatedRequest): Promise<TotpSecretView> {
    return beginTotp(sessionOf(request).facts.principal, this.people);
  }

  @Post('totp/confirm')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles(...ROLES)
  @Operation('session.confirm-totp', 'A code of the app proves that it has the secret; from then on it is asked for')
  @ApiOkResponse({ type: TotpEnrolled })
  async confirmTotp(@Body() { totp }: TotpCode, @Req() request: AuthenticatedRequest): Promise<TotpEnrolled> {
    const { principal } = sessionOf(request).facts;
    await confirmTotp({ principal, code: totp, addressDigest: this.addressDigest(request.ip) }, this.people);
    return { enrolledAt: rfc3339(this.people.clock.now()) };
  }
}
