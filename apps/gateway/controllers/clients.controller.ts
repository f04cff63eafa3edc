import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { listClients, proposeChange, type Client, type PeopleOptions } from '#access';
import { rfc3339 } from '#platform';
import { Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { actingOf } from '../http/acting';
import { ClientIdPipe } from '../http/client-id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { pageOf, PageQuery, type Page } from '../http/page';
import { ClientPage, NewClient, ProposedClient, StoppedClient, type ClientView } from '../schema/client';
import { ADDRESS_DIGEST, PEOPLE } from '../tokens';

@ApiTags('clients')
@Controller('api/v1/clients')
export class ClientsController {
  constructor(
    @Inject(PEOPLE) private readonly people: PeopleOptions,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Roles('administrator', 'auditor')
  @Operation('client.list', 'Accounts of machines and people, without secrets')
  @ApiOkResponse({ type: ClientPage })
  async list(@Query() query: PageQuery): Promise<Page<ClientView>> {
    const rows = await listClients(this.people.db, query.after ?? null, query.limit + 1);
    return pageOf(rows, query.limit, clientView, (client) => client.id);
  }

  @Post()
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation(
    'client.create',
    'Proposes a client of a machine; its secret is shown once, and works when a second administrator has confirmed',
  )
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: ProposedClient })
  async create(
    @IdempotencyKey() idempotencyKey: string,
    @Body() { id, reason = 'a new client', ...content }: NewClient,
    @Req() request: AuthenticatedRequest,
  ): Promise<ProposedClient> {
    const proposal = { kind: 'create-client' as const, clientId: id, content: { ...content }, reason };
    const acting = actingOf(request, idempotencyKey, this.addressDigest);
    const { change, secret = '' } = await proposeChange(proposal, acting, this.people);
    return { clientId: id, clientSecret: secret, requestId: change.id, expiresAt: change.expiresAt };
  }

  @Post(':id/disable')
  @HttpCode(202)
  @Roles('administrator')
  @Operation(
    'client.disable',
    'Stops an account within seconds, but an administrator’s, and proposes to disable it for good; a second administrator confirms',
  )
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: StoppedClient })
  async disable(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', ClientIdPipe) clientId: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<StoppedClient> {
    const proposal = { kind: 'disable' as const, clientId, content: {}, reason: 'to be disabled' };
    const acting = actingOf(request, idempotencyKey, this.addressDigest);
    const { change } = await proposeChange(proposal, acting, this.people);
    return { clientId, requestId: change.id, expiresAt: change.expiresAt };
  }
}

function clientView(client: Client): ClientView {
  const { createdAt, disabledAt, suspendedUntil, ...rest } = client;
  return {
    ...rest,
    createdAt: rfc3339(createdAt),
    disabledAt: disabledAt && rfc3339(disabledAt),
    suspendedUntil: suspendedUntil ? rfc3339(suspendedUntil) : null,
  };
}
