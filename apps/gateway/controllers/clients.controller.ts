import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { listClients, ManageClients, type Client, type Principal } from '#access';
import { Database, rfc3339 } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { pageOf, PageQuery, type Page } from '../http/page';
import { ClientPage, CreatedClient, DisabledClient, NewClient, type ClientView } from '../schema/client';

@ApiTags('clients')
@Controller('api/v1/clients')
export class ClientsController {
  constructor(
    private readonly db: Database,
    private readonly clients: ManageClients,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client.list', 'Accounts of machines and people, without secrets')
  @ApiOkResponse({ type: ClientPage })
  async list(@Query() query: PageQuery): Promise<Page<ClientView>> {
    const rows = await listClients(this.db, query.after ?? null, query.limit + 1);
    return pageOf(rows, query.limit, clientView, (client) => client.id);
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('client.create', 'A new account; its secret is shown once')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: CreatedClient })
  create(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Body() draft: NewClient,
  ): Promise<CreatedClient> {
    return this.clients.create({ by, idempotencyKey }, { ...draft });
  }

  @Post(':id/disable')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('client.disable', 'Ends an account; its tokens stop within seconds')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: DisabledClient })
  disable(
    @Caller() by: Principal,
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') id: string,
  ): Promise<DisabledClient> {
    return this.clients.disable({ by, idempotencyKey }, id);
  }
}

function clientView(client: Client): ClientView {
  const { createdAt, disabledAt, ...rest } = client;
  return { ...rest, createdAt: rfc3339(createdAt), disabledAt: disabledAt && rfc3339(disabledAt) };
}
