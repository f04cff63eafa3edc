import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import {
  approvePersonRequest,
  askPersonRequest,
  listPersonRequests,
  searchPerson,
  showPersonRequest,
  takeExport,
  withdrawPersonRequest,
  type PrivacyDeps,
} from '#privacy';
import { Caller, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { viewerOf } from '../http/viewer';
import {
  FoundDossiers,
  NewPersonRequest,
  PersonExportView,
  PersonRequestApproval,
  PersonRequestPage,
  PersonRequestView,
  PersonSearch,
} from '../schema/personal-data';
import { ADDRESS_DIGEST, PRIVACY } from '../tokens';

const UNKNOWN = 'person-request-unknown';

/** Persons by their identity number, which stands in bodies only (CONTRACTS §2), and what persons ask for (docs/how-to/a-persons-request.md). */
@ApiTags('personal data')
@Controller('api/v1/persons')
export class PersonsController {
  constructor(
    @Inject(PRIVACY) private readonly privacy: PrivacyDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('search')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('operator', 'approver', 'auditor')
  @Operation('person.search', 'Dossiers that name a person, for a purpose; each search is a view of its own')
  @ApiOkResponse({ type: FoundDossiers })
  search(@Body() body: PersonSearch, @Req() request: AuthenticatedRequest): Promise<FoundDossiers> {
    const { identityNumber, purpose, reason } = body;
    const by = viewerOf(request, this.addressDigest);
    return searchPerson({ identityNumber, purpose, reason }, by, this.privacy);
  }

  @Post('requests')
  @HttpCode(202)
  @Roles('operator')
  @Operation('person.request', 'Writes down that a person asks for their data or its end; a second officer approves it')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: PersonRequestView })
  ask(
    @IdempotencyKey() idempotencyKey: string,
    @Body() { kind, identityNumber, reason, dossiers }: NewPersonRequest,
    @Req() request: AuthenticatedRequest,
  ): Promise<PersonRequestView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return askPersonRequest({ kind, identityNumber, reason, dossiers }, by, this.privacy);
  }

  @Get('requests')
  @Roles('operator', 'approver', 'auditor')
  @Operation('person.requests', 'Requests of persons, newest first')
  @ApiOkResponse({ type: PersonRequestPage })
  async list(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<PersonRequestView>> {
    const page = { after: idCursor(query.after), limit: query.limit + 1 };
    const rows = await listPersonRequests(page, caller, this.privacy);
    return pageOf(
      rows,
      query.limit,
      (row) => row,
      (row) => row.id,
    );
  }

  @Get('requests/:id')
  @Roles('operator', 'approver', 'auditor')
  @Operation('person.request-show', 'One request of a person')
  @ApiOkResponse({ type: PersonRequestView })
  show(@Caller() caller: Principal, @Param('id', new IdPipe(UNKNOWN)) id: string): Promise<PersonRequestView> {
    return showPersonRequest(id, caller, this.privacy);
  }

  @Post('requests/:id/approve')
  @HttpCode(200)
  @Roles('approver')
  @Operation('person.approve', 'A second person’s yes; an erasure happens with it')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: PersonRequestView })
  approve(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe(UNKNOWN)) requestId: string,
    @Body() { setDigest }: PersonRequestApproval,
    @Req() request: AuthenticatedRequest,
  ): Promise<PersonRequestView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return approvePersonRequest({ requestId, setDigest }, by, this.privacy);
  }

  @Post('requests/:id/withdraw')
  @HttpCode(200)
  @Roles('operator')
  @Operation('person.withdraw', 'Takes an own open request back: nobody can approve it any more')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: PersonRequestView })
  withdraw(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe(UNKNOWN)) requestId: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<PersonRequestView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return withdrawPersonRequest(requestId, by, this.privacy);
  }

  @Post('requests/:id/take')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Roles('operator')
  @Operation('person.take', 'The approved export, for who asked for it; each time is counted and written down')
  @ApiOkResponse({ type: PersonExportView })
  take(
    @Param('id', new IdPipe(UNKNOWN)) requestId: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<PersonExportView> {
    return takeExport(requestId, viewerOf(request, this.addressDigest), this.privacy);
  }
}
