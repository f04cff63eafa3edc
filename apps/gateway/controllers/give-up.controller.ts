import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import {
  approveGiveUp,
  listGiveUpRequests,
  requestGiveUp,
  showGiveUpRequest,
  withdrawGiveUp,
  type GiveUpDeps,
  type IntakeDeps,
} from '#intake';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { selectionOf } from '../http/quarantine-selection';
import {
  GiveUpApproval,
  GiveUpRequestPage,
  GiveUpRequestView,
  NewGiveUp,
  NewGiveUpRequestView,
} from '../schema/quarantine-action';
import { ADDRESS_DIGEST, INTAKE } from '../tokens';

@ApiTags('quarantine')
@Controller('api/v1/quarantine')
export class GiveUpController {
  constructor(
    @Inject(INTAKE) private readonly intake: IntakeDeps & GiveUpDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('give-up')
  @HttpCode(202)
  @Roles('operator')
  @Operation('quarantine.give-up', 'Asks for open items to be given up; a second person approves it within 24 h')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: NewGiveUpRequestView })
  giveUp(
    @IdempotencyKey() idempotencyKey: string,
    @Body() body: NewGiveUp,
    @Req() request: AuthenticatedRequest,
  ): Promise<NewGiveUpRequestView> {
    const actor = actorOf(request, this.addressDigest);
    return requestGiveUp(
      selectionOf(body),
      body.reason,
      { actor, idempotencyKey, units: callerOf(request).units },
      this.intake,
    );
  }

  @Get('requests')
  @Roles('operator', 'approver', 'auditor')
  @Operation('quarantine.requests', 'Requests to give items up, newest first')
  @ApiOkResponse({ type: GiveUpRequestPage })
  async list(@Caller() { units }: Principal, @Query() query: PageQuery): Promise<Page<GiveUpRequestView>> {
    const page = { after: idCursor(query.after), limit: query.limit + 1, units };
    const rows = await listGiveUpRequests(this.intake.db, page, this.intake.clock.now());
    return pageOf(
      rows,
      query.limit,
      (row) => row,
      (row) => row.id,
    );
  }

  @Get('requests/:id')
  @Roles('operator', 'approver', 'auditor')
  @Operation('quarantine.request', 'One request: the frozen set, and what came of it')
  @ApiOkResponse({ type: GiveUpRequestView })
  show(
    @Caller() { units }: Principal,
    @Param('id', new IdPipe('quarantine-request-unknown')) id: string,
  ): Promise<GiveUpRequestView> {
    return showGiveUpRequest(this.intake.db, { id, units }, this.intake.clock.now());
  }

  @Post('requests/:id/approve')
  @HttpCode(200)
  @Roles('approver')
  @Operation('quarantine.approve', 'A second person’s yes: what is still as it was then is given up, the rest is named')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: GiveUpRequestView })
  async approve(
    @Param('id', new IdPipe('quarantine-request-unknown')) requestId: string,
    @IdempotencyKey() idempotencyKey: string,
    @Body() { setDigest }: GiveUpApproval,
    @Req() request: AuthenticatedRequest,
  ): Promise<GiveUpRequestView> {
    const actor = actorOf(request, this.addressDigest);
    const by = { actor, idempotencyKey, units: callerOf(request).units };
    const approved = await approveGiveUp({ requestId, setDigest }, by, this.intake);
    this.intake.doorbell.ring('outbox');
    return approved;
  }
  @Post('requests/:id/withdraw')
  @HttpCode(200)
  @Roles('operator')
  @Operation('quarantine.withdraw', 'Takes an own open request back: nobody can approve it any more')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: GiveUpRequestView })
  withdraw(
    @Param('id', new IdPipe('quarantine-request-unknown')) requestId: string,
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<GiveUpRequestView> {
    const actor = actorOf(request, this.addressDigest);
    return withdrawGiveUp(requestId, { actor, idempotencyKey, units: callerOf(request).units }, this.intake);
  }
}
