import { Body, Controller, Get, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { LogIn } from '#access';
import { AppError } from '#platform';
import type { SigningKeys } from '#synclog';
import { Operation, Public } from '../http/access';
import { clientCredentials, oauthError } from '../http/client-credentials';
import { shownCertificate } from '../http/shown-certificate';
import { JwksView, TokenRequest, TokenView } from '../schema/token';
import { ADDRESS_DIGEST, SIGNING_KEYS } from '../tokens';

@ApiTags('access')
@Controller()
export class TokenController {
  constructor(
    private readonly logIn: LogIn,
    @Inject(SIGNING_KEYS) private readonly keys: SigningKeys,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('oauth/token')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Public()
  @Operation('token.issue', 'Log-in of a client (OAuth 2.0 client credentials)')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: TokenRequest })
  @ApiOkResponse({ type: TokenView })
  async issue(@Body() form: unknown, @Req() request: FastifyRequest): Promise<TokenView> {
    const isForm = (request.headers['content-type'] ?? '')
      .toLowerCase()
      .startsWith('application/x-www-form-urlencoded');
    const certificate = shownCertificate(request.raw.socket);
    const credentials = clientCredentials(isForm ? form : undefined, {
      authorization: request.headers.authorization,
      hasCertificate: certificate !== undefined,
    });
    const address = { address: request.ip, addressDigest: this.addressDigest(request.ip) };
    const { accessToken, expiresInSeconds } = await this.logIn
      .run({ ...credentials, certificate, ...address })
      .catch(asOauthError);
    return { access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds };
  }

  @Get('.well-known/jwks.json')
  @Header('cache-control', 'public, max-age=300')
  @Public()
  @Operation('keys.show', 'Public keys of tokens and receipts (RFC 7517)')
  @ApiOkResponse({ type: JwksView })
  jwks(): JwksView {
    return this.keys.publicKeys();
  }
}

/** OAuth clients read `error`, ours read `code`: the problem has both. */
function asOauthError(error: unknown): never {
  if (error instanceof AppError && error.status === 401) throw oauthError('invalid_client', error.code, 401);
  throw error;
}
