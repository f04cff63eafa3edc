import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Principal } from '#access';
import { approveLegalLift, listLegalHolds, placeLegalHold, requestLegalLift, type PrivacyDeps } from '#privacy';
import { Caller, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { DossierCodePipe } from '../http/dossier-code';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { viewerOf } from '../http/viewer';
import { LegalHoldPage, LegalHoldReason, LegalHoldView } from '../schema/legal-hold';
import { ADDRESS_DIGEST, PRIVACY } from '../tokens';

export class LegalHoldQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Any code of a dossier.' })
  @IsOptional()
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u)
  dossier?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Only those that stand.' })
  @IsOptional()
  @IsIn(['true', 'false'])
  standing?: string;
}

/** Legal holds: while one stands the content of its dossier is not erased, whoever asks. */
@ApiTags('personal data')
@Controller('api/v1')
export class LegalHoldsController {
  constructor(
    @Inject(PRIVACY) private readonly privacy: PrivacyDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('dossiers/:code/legal-holds')
  @HttpCode(201)
  @Roles('operator', 'auditor')
  @Operation('legal-hold.place', 'Keeps a dossier’s content from being erased')
  @NeedsIdempotencyKey()
  @ApiParam({ name: 'code', type: String })
  @ApiCreatedResponse({ type: LegalHoldView })
  place(
    @IdempotencyKey() idempotencyKey: string,
    @Param('code', DossierCodePipe) code: string,
    @Body() { reason }: LegalHoldReason,
    @Req() request: AuthenticatedRequest,
  ): Promise<LegalHoldView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return placeLegalHold({ code, reason }, by, this.privacy);
  }

  @Get('legal-holds')
  @Roles('operator', 'approver', 'auditor')
  @Operation('legal-hold.list', 'Legal holds, newest first')
  @ApiOkResponse({ type: LegalHoldPage })
  async list(@Caller() caller: Principal, @Query() query: LegalHoldQuery): Promise<Page<LegalHoldView>> {
    const { dossier: code, standing } = query;
    const filter = {
      code,
      isStanding: standing === 'true',
      after: idCursor(query.after),
      limit: query.limit + 1,
    };
    const rows = await listLegalHolds(filter, caller, this.privacy);
    return pageOf(
      rows,
      query.limit,
      (row) => row,
      (row) => row.id,
    );
  }

  @Post('legal-holds/:id/lift')
  @HttpCode(200)
  @Roles('operator', 'auditor')
  @Operation('legal-hold.lift', 'Asks for a legal hold to be lifted; a second person approves it within 24 h')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: LegalHoldView })
  lift(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe('legal-hold-unknown')) holdId: string,
    @Body() { reason }: LegalHoldReason,
    @Req() request: AuthenticatedRequest,
  ): Promise<LegalHoldView> {
    const by = { ...viewerOf(request, this.addressDigest), idempotencyKey };
    return requestLegalLift({ holdId, reason }, by, this.privacy);
  }

  @Post('legal-holds/:id/approve-lift')
  @HttpCode(200)
  @Roles('approver')
  @Operation('legal-hold.approve-lift', 'A second person’s yes to the end of a legal hold')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: LegalHoldView })
  approveLift(
    @IdempotencyKey() idempotencyKey: string,
    @Param('id', new IdPipe('legal-hold-unknown')) holdId: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<LegalHoldView> {
    return approveLegalLift(holdId, { ...viewerOf(request, this.addressDigest), idempotencyKey }, this.privacy);
  }
}
