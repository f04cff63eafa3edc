import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Principal } from '#access';
import { readHolds } from '#delivery';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { AppError, Database } from '#platform';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, PageQuery, pageOf, type Page } from '../http/page';
import { HoldPage, HoldRelease, HoldView, NewHold } from '../schema/hold';
import { ADDRESS_DIGEST } from '../tokens';
import { HoldDesk, type HoldCaller } from '../use-cases/hold-desk';

export class HoldQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Those that are over too.', default: 'false' })
  @IsOptional()
  @IsIn(['true', 'false'])
  all?: string;
}

@ApiTags('holds')
@Controller('api/v1')
export class HoldsController {
  constructor(
    private readonly db: Database,
    private readonly desk: HoldDesk,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('partners/:id/holds')
  @HttpCode(201)
  @Roles('operator')
  @Operation('hold.place', 'Stops a partner or a part of its lanes, now or in a planned window; intake goes on')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: HoldView })
  place(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id') partner: string,
    @Body() body: NewHold,
    @Req() request: AuthenticatedRequest,
  ): Promise<HoldView> {
    return this.desk.place(this.by(request, idempotencyKey), partnerOf(partner), body);
  }

  @Get('partners/:id/holds')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('hold.list', 'Holds of a partner, newest first, with what stands behind them')
  @ApiOkResponse({ type: HoldPage })
  async list(
    @Caller() { units }: Principal,
    @Param('id') partner: string,
    @Query() query: HoldQuery,
  ): Promise<Page<HoldView>> {
    const rows = await readHolds(this.db, {
      partner: partnerOf(partner),
      isOpen: query.all !== 'true',
      after: idCursor(query.after),
      limit: query.limit + 1,
      units,
    });
    const page = pageOf(
      rows,
      query.limit,
      (hold) => hold,
      (hold) => hold.id,
    );
    return { items: await Promise.all(page.items.map((hold) => this.desk.view(hold))), next: page.next };
  }

  @Get('holds/:id')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('hold.show', 'One hold, what stands behind it, and the forecast of its drain')
  @ApiOkResponse({ type: HoldView })
  async show(@Caller() { units }: Principal, @Param('id', new IdPipe('hold-unknown')) id: string): Promise<HoldView> {
    return this.desk.view(await this.desk.find(id, units));
  }

  @Post('holds/:id/release')
  @HttpCode(200)
  @Roles('operator')
  @Operation('hold.release', 'Lets what it stopped go on in order: one lane first, then the others at a rate')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: HoldView })
  release(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe('hold-unknown')) holdId: string,
    @Body() { ratePerSecond, canary }: HoldRelease,
    @Req() request: AuthenticatedRequest,
  ): Promise<HoldView> {
    return this.desk.release(this.by(request, idempotencyKey), {
      holdId,
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
      ...(canary === undefined ? {} : { canary }),
    });
  }

  private by(request: AuthenticatedRequest, idempotencyKey: string): HoldCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units, idempotencyKey };
  }
}

function partnerOf(id: string): PartnerId {
  const partner = PARTNER_IDS.find((known) => known === id);
  if (partner) return partner;
  throw new AppError({
    code: 'partner-unknown',
    disposition: 'refuse',
    status: 404,
    field: 'id',
    detail: 'no such partner',
  });
}
