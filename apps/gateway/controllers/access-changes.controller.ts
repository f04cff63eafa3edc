import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import {
  confirmChange,
  declineChange,
  proposeChange,
  readChange,
  readChanges,
  toldChange,
  type PeopleOptions,
  type Principal,
} from '#access';
import { AppError } from '#platform';
import { actingOf, maySeeNames } from '../http/acting';
import { Caller, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import {
  AccessChangePage,
  AccessChangeView,
  ConfirmedChangeView,
  NewAccessChange,
  ProposedAccountChange,
} from '../schema/account';
import { ADDRESS_DIGEST, PEOPLE } from '../tokens';

const UNKNOWN = 'access-change-unknown';

class ChangesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['open'], description: 'Only those that wait for a confirmation.' })
  @IsOptional()
  @IsIn(['open'])
  state?: 'open';
}

/** Changes of accounts, which a second administrator confirms. */
@ApiTags('accounts')
@Controller('api/v1/access-changes')
export class AccessChangesController {
  constructor(
    @Inject(PEOPLE) private readonly people: PeopleOptions,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Roles('administrator', 'auditor')
  @Operation('access.list', 'Proposed changes of accounts, newest first')
  @ApiOkResponse({ type: AccessChangePage })
  async list(@Query() query: ChangesQuery, @Caller() caller: Principal): Promise<Page<AccessChangeView>> {
    const page = { after: idCursor(query.after), limit: query.limit + 1, openOnly: query.state === 'open' };
    const rows = await readChanges(this.people.db, page);
    const now = this.people.clock.now();
    return pageOf(
      rows,
      query.limit,
      (row) => shownTo(caller, toldChange(row, now)),
      (row) => row.id,
    );
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  @Roles('administrator', 'auditor')
  @Operation('access.show', 'One proposed change')
  @ApiOkResponse({ type: AccessChangeView })
  async show(@Param('id', new IdPipe(UNKNOWN)) id: string, @Caller() caller: Principal): Promise<AccessChangeView> {
    const change = await readChange(this.people.db, id);
    if (change) return shownTo(caller, toldChange(change, this.people.clock.now()));
    throw new AppError({ code: UNKNOWN, disposition: 'refuse', status: 404, detail: 'no change with this id' });
  }

  @Post()
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('access.propose', 'Proposes a change of an account; a second administrator confirms it within 24 h')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: ProposedAccountChange })
  async propose(
    @IdempotencyKey() idempotencyKey: string,
    @Body() { kind, clientId, reason, ...content }: NewAccessChange,
    @Req() request: AuthenticatedRequest,
  ): Promise<ProposedAccountChange> {
    const acting = actingOf(request, idempotencyKey, this.addressDigest);
    const proposal = { kind, clientId, reason, content: { ...content } };
    const { change, firstPasswordPart } = await proposeChange(proposal, acting, this.people);
    return { change, firstPasswordPart };
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('access.confirm', 'A second administrator’s yes: the change takes effect')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ConfirmedChangeView })
  confirm(
    @Param('id', new IdPipe(UNKNOWN)) id: string,
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ConfirmedChangeView> {
    return confirmChange(id, actingOf(request, idempotencyKey, this.addressDigest), this.people);
  }

  @Post(':id/decline')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('access.decline', 'An administrator’s no, the proposer’s own included')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: AccessChangeView })
  decline(
    @Param('id', new IdPipe(UNKNOWN)) id: string,
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<AccessChangeView> {
    return declineChange(id, actingOf(request, idempotencyKey, this.addressDigest), this.people);
  }
}

function shownTo(caller: Principal, change: AccessChangeView): AccessChangeView {
  if (maySeeNames(caller)) return change;
  const { username: _, subject: __, ...content } = change.content;
  return { ...change, content };
}
