import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { actorOf, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { WebhookIdPipe } from '../http/webhook-id-pipe';
import { ChangedWebhook, SkipWebhookEvent, WebhookList } from '../schema/webhook';
import { ADDRESS_DIGEST } from '../tokens';
import { WebhookDesk, type WebhookCaller } from '../use-cases/webhook-desk';

@ApiTags('webhooks')
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly desk: WebhookDesk,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager', 'administrator')
  @Operation('webhook.list', 'The signed webhooks: how far each is, whether it goes, what it failed of last')
  @ApiOkResponse({ type: WebhookList })
  list(): Promise<WebhookList> {
    return this.desk.list();
  }

  @Post(':id/stop')
  @HttpCode(200)
  @Roles('operator')
  @Operation('webhook.stop', 'Stops a webhook; its events wait')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ChangedWebhook })
  stop(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', WebhookIdPipe) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ChangedWebhook> {
    return this.desk.stop(this.by(request, idempotencyKey), id);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Roles('operator')
  @Operation('webhook.resume', 'Lets a stopped webhook go on behind the last event that was taken')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ChangedWebhook })
  resume(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', WebhookIdPipe) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ChangedWebhook> {
    return this.desk.resume(this.by(request, idempotencyKey), id);
  }

  @Post(':id/skip')
  @HttpCode(200)
  @Roles('operator')
  @Operation(
    'webhook.skip',
    'Lets a stopped webhook go past the event at its head, which its receiver refuses for ever',
  )
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ChangedWebhook })
  skip(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', WebhookIdPipe) id: string,
    @Body() body: SkipWebhookEvent,
    @Req() request: AuthenticatedRequest,
  ): Promise<ChangedWebhook> {
    return this.desk.skip(this.by(request, idempotencyKey), id, body);
  }

  private by(request: AuthenticatedRequest, idempotencyKey: string): WebhookCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units, idempotencyKey };
  }
}
