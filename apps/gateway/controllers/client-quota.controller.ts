import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { setQuota, type CredentialJournal, type Principal } from '#access';
import { Database, type Clock } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { QuotaBody, QuotaView } from '../schema/quota';
import { CLOCK, CREDENTIAL_JOURNAL } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients/:id/quota')
export class ClientQuotaController {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CREDENTIAL_JOURNAL) private readonly journal: CredentialJournal,
  ) {}

  @Post()
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client.limit', 'How many requests a client may make in a minute and in a day')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: QuotaView })
  set(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') clientId: string,
    @Body() { perMinute, perDay }: QuotaBody,
  ): Promise<QuotaView> {
    const { db, clock, journal } = this;
    return setQuota({ db, clock, journal }, { by, idempotencyKey }, clientId, { perMinute, perDay });
  }
}
