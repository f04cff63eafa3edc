import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ManageSecrets, type Principal } from '#access';
import { Database, rfc3339, type Clock } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { IdPipe } from '../http/id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { EndedSecret, IssuedSecretView, NewSecret, SecretList } from '../schema/client-secret';
import { CLOCK } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/secrets')
export class ClientSecretsController {
  constructor(
    private readonly db: Database,
    private readonly secrets: ManageSecrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client-secret.list', 'When the secrets of a client begin, end and were used; never a secret')
  @ApiOkResponse({ type: SecretList })
  async list(@Param('id') clientId: string): Promise<SecretList> {
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
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') clientId: string,
    @Body() { overlapSeconds }: NewSecret,
  ): Promise<IssuedSecretView> {
    return this.secrets.issue({ by, idempotencyKey }, clientId, overlapSeconds);
  }

  @Post(':secretId/end')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client-secret.end', 'Ends a secret at once, and the tokens that were got with it')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: EndedSecret })
  end(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') clientId: string,
    @Param('secretId', new IdPipe('secret-unknown')) secretId: string,
  ): Promise<EndedSecret> {
    return this.secrets.end({ by, idempotencyKey }, clientId, secretId);
  }
}
