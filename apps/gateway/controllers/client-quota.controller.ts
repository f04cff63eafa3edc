import { Body, Controller, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { setQuota, type CredentialJournal } from '#access';
import { Database, type Clock } from '#platform';
import { Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { actingOf } from '../http/acting';
import { ClientIdPipe } from '../http/client-id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { QuotaBody, QuotaView } from '../schema/quota';
import { ADDRESS_DIGEST, CLOCK, CREDENTIAL_JOURNAL } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/quota')
export class ClientQuotaController {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
    @Inject(CREDENTIAL_JOURNAL) private readonly journal: CredentialJournal,
  ) {}

  @Post()
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client.limit', 'How many requests a client may make in a minute and in a day')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: QuotaView })
  set(
    @Req() request: AuthenticatedRequest,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Body() { perMinute, perDay }: QuotaBody,
  ): Promise<QuotaView> {
    const { db, clock, journal } = this;
    return setQuota({ db, clock, journal }, actingOf(request, idempotencyKey, this.addressDigest), clientId, {
      perMinute,
      perDay,
    });
  }
}
