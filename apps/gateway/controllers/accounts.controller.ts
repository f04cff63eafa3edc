import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { listAccounts, proposeChange, reviewAccount, toldAccount, type PeopleOptions, type Principal } from '#access';
import { actingOf, maySeeNames } from '../http/acting';
import { Caller, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { ClientIdPipe } from '../http/client-id-pipe';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { pageOf, PageQuery, type Page } from '../http/page';
import { AccountPage, NewAccount, ProposedAccountChange, ReviewedAccount, type AccountView } from '../schema/account';
import { ADDRESS_DIGEST, PEOPLE } from '../tokens';

/** Accounts of people. */
@ApiTags('accounts')
@Controller('api/v1/accounts')
export class AccountsController {
  constructor(
    @Inject(PEOPLE) private readonly people: PeopleOptions,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Roles('administrator', 'auditor')
  @Operation('account.list', 'Accounts of people; user names for administrators only')
  @ApiOkResponse({ type: AccountPage })
  async list(@Query() query: PageQuery, @Caller() caller: Principal): Promise<Page<AccountView>> {
    const rows = await listAccounts(this.people.db, query.after ?? null, query.limit + 1);
    const now = this.people.clock.now();
    const shape = (row: (typeof rows)[number]): AccountView => toldAccount(row, now, maySeeNames(caller));
    return pageOf(rows, query.limit, shape, (row) => row.clientId);
  }

  @Post()
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  @Roles('administrator')
  @Operation('account.create', 'Proposes an account for a person; a second administrator confirms it within 24 h')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: ProposedAccountChange })
  async create(
    @IdempotencyKey() idempotencyKey: string,
    @Body() { id, reason, ...content }: NewAccount,
    @Req() request: AuthenticatedRequest,
  ): Promise<ProposedAccountChange> {
    const proposal = { kind: 'create-account' as const, clientId: id, content: { ...content }, reason };
    const acting = actingOf(request, idempotencyKey, this.addressDigest);
    const { change, firstPasswordPart } = await proposeChange(proposal, acting, this.people);
    return { change, firstPasswordPart };
  }

  @Post(':id/review')
  @HttpCode(200)
  @Roles('administrator')
  @Operation('account.review', 'Says that the person still needs this account with these rights')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReviewedAccount })
  review(
    @Param('id', ClientIdPipe) id: string,
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReviewedAccount> {
    return reviewAccount(id, actingOf(request, idempotencyKey, this.addressDigest), this.people);
  }
}
