import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { Database } from '#platform';
import { readReconciliations, RECONCILIATION_STATES, type ReconciliationState } from '#reconciliation';
import type { PlanCaller } from '#replay';
import { actorOf, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { DiscrepancyReplay, NewReconciliation, ReconciliationPage, ReconciliationView } from '../schema/reconciliation';
import { ReplayView } from '../schema/replay';
import { ADDRESS_DIGEST } from '../tokens';
import { ReconciliationDesk, reconciliationView } from '../use-cases/reconciliation-desk';

const RUN_ID = new IdPipe('reconciliation-unknown');

export class ReconciliationQuery extends PageQuery {
  @ApiPropertyOptional({ enum: PARTNER_IDS })
  @IsOptional()
  @IsIn(PARTNER_IDS)
  partner?: PartnerId;

  @ApiPropertyOptional({ enum: [...RECONCILIATION_STATES] })
  @IsOptional()
  @IsIn(RECONCILIATION_STATES)
  state?: ReconciliationState;
}

/** Runs are numbers of all communes: who may read them reads them whole. What differs is told by `DiscrepanciesController`, by commune. */
@ApiTags('reconciliations')
@Controller('api/v1/reconciliations')
export class ReconciliationsController {
  constructor(
    private readonly db: Database,
    private readonly desk: ReconciliationDesk,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post()
  @HttpCode(201)
  @Roles('operator')
  @Operation('reconciliation.start', 'Has our dossiers of a time compared with what a partner has; nothing is changed')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: ReconciliationView })
  start(
    @IdempotencyKey() key: string,
    @Body() body: NewReconciliation,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReconciliationView> {
    return this.desk.request(this.by(request, key), body);
  }

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('reconciliation.list', 'Comparisons with partners, newest first; those that were skipped, too')
  @ApiOkResponse({ type: ReconciliationPage })
  async list(@Query() query: ReconciliationQuery): Promise<Page<ReconciliationView>> {
    const runs = await readReconciliations(this.db, {
      partner: query.partner ?? null,
      state: query.state ?? null,
      after: idCursor(query.after),
      limit: query.limit + 1,
    });
    return pageOf(runs, query.limit, reconciliationView, (run) => run.id);
  }

  @Get(':id')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('reconciliation.show', 'One comparison: what agrees, what differs, what was not looked at and why')
  @ApiOkResponse({ type: ReconciliationView })
  async show(@Param('id', RUN_ID) id: string): Promise<ReconciliationView> {
    return reconciliationView(await this.desk.find(id));
  }

  @Post(':id/stop')
  @HttpCode(200)
  @Roles('operator')
  @Operation('reconciliation.stop', 'Asks the partner nothing more; what is left counts as not looked at')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReconciliationView })
  stop(
    @IdempotencyKey() key: string,
    @Param('id', RUN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReconciliationView> {
    return this.desk.stop(this.by(request, key), id);
  }

  @Post(':id/replay')
  @HttpCode(201)
  @Roles('operator')
  @Operation('reconciliation.replay', 'Plans to tell the partner again what heals the open differences of a run')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: ReplayView })
  replay(
    @IdempotencyKey() key: string,
    @Param('id', RUN_ID) id: string,
    @Body() body: DiscrepancyReplay,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.desk.replay(this.by(request, key), id, body);
  }

  private by(request: AuthenticatedRequest, idempotencyKey: string): PlanCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units, idempotencyKey };
  }
}
