import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ManageSecrets } from '#access';
import { Database, rfc3339, type Clock } from '#platform';
import { Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { actingOf } from '../http/acting';
import { ClientIdPipe } from '../http/client-id-pipe';
import { IdPipe } from '../http/id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { EndedSecret, IssuedSecretView, NewSecret, SecretList } from '../schema/client-secret';
import { ADDRESS_DIGEST, CLOCK } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/secrets')
export class ClientSecretsController {
  constructor(
    private readonly db: Database,
    private readonly secrets: ManageSecrets,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client-secret.list', 'When the secrets of a client begin, end and were used; never a secret')
  @ApiOkResponse({ type: SecretList })
  async list(@Param('id', ClientIdPipe) clientId: string): Promise<SecretList> {
    const secrets = await this.secrets.list(this.db, clientId, this.clock.now());
    return {
      items: secrets.map(({ id, isValid, createdAt, expiresAt, endedAt, lastUsedOn }) => ({
        id,
        isValid,
        createdAt: rfc3339(createdAt),
        expiresAt: expiresAt && rfc3339(expiresAt),
        endedAt: endedAt && rfc3339(endedAt),
        lastUsedOn,
      })),
    };
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('client-secret.issue', 'The next secret of a machine, shown once; the one before stays valid for a while')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: IssuedSecretView })
  issue(
    @Req() request: AuthenticatedRequest,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Body() { overlapSeconds }: NewSecret,
  ): Promise<IssuedSecretView> {
    return this.secrets.issue(actingOf(request, idempotencyKey, this.addressDigest), clientId, overlapSeconds);
  }

  @Post(':secretId/end')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client-secret.end', 'Ends a secret at once, and the tokens that were got with it')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: EndedSecret })
  end(
    @Req() request: AuthenticatedRequest,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Param('secretId', new IdPipe('secret-unknown')) secretId: string,
  ): Promise<EndedSecret> {
    return this.secrets.end(actingOf(request, idempotencyKey, this.addressDigest), clientId, secretId);
  }
}
