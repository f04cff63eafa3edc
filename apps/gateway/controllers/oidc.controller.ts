import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { ApiFoundResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OidcLogIn } from '#access';
import { Operation, Public, type AuthenticatedRequest } from '../http/access';
import { OIDC_CALLBACK, type SessionCookies } from '../http/session-cookies';
import { ADDRESS_DIGEST, PUBLIC_URL, SESSION_COOKIES } from '../tokens';

/** Where a person is sent after the log-in: the console. */
const HOME = '/';

/** Log-in at the identity provider of the installation (OpenID Connect, authorization code with PKCE). */
@ApiTags('access')
@Controller('api/v1/session/oidc')
export class OidcController {
  constructor(
    private readonly logIn: OidcLogIn,
    @Inject(SESSION_COOKIES) private readonly cookies: SessionCookies,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('session.oidc', 'Sends the browser to the identity provider')
  @ApiFoundResponse({ description: 'To the provider.' })
  async begin(@Req() request: AuthenticatedRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const addressDigest = this.addressDigest(request.ip);
    const { url, ticket, maxAgeSeconds } = await this.logIn.begin({ addressDigest });
    this.cookies.ticket.set(reply, ticket, maxAgeSeconds);
    void reply.redirect(url, 302);
  }

  @Get('callback')
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('session.oidc-callback', 'Where the identity provider sends the browser back')
  @ApiFoundResponse({ description: 'To the console, with the cookie of a session.' })
  async finish(@Req() request: AuthenticatedRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { searchParams } = new URL(request.url, this.publicUrl);
    const callback = new URL(`${this.publicUrl}${OIDC_CALLBACK}?${searchParams.toString()}`);
    this.cookies.ticket.clear(reply);
    const opened = await this.logIn.finish({
      callback,
      ticket: this.cookies.ticket.read(request),
      replaces: this.cookies.session.read(request),
      address: request.ip,
      addressDigest: this.addressDigest(request.ip),
    });
    this.cookies.session.set(reply, opened.token);
    void reply.redirect(HOME, 302);
  }
}
