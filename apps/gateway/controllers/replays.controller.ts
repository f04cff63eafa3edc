import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Principal } from '#access';
import { AppError, Database } from '#platform';
import {
  ITEM_CLASSES,
  PLAN_STATES,
  readItems,
  readPlan,
  readPlans,
  type ItemClass,
  type PlanCaller,
  type ReplayPlan,
} from '#replay';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { numberCursor } from '../http/number-cursor';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import {
  NewRegistrationLink,
  NewReplay,
  ReplayApproval,
  ReplayItemPage,
  ReplayPage,
  ReplayView,
  type ReplayItemView,
} from '../schema/replay';
import { ADDRESS_DIGEST } from '../tokens';
import { itemView, ReplayDesk, replayView, type PlanStepName } from '../use-cases/replay-desk';

const PLAN_ID = new IdPipe('replay-unknown');

export class ReplayQuery extends PageQuery {
  @ApiPropertyOptional({ enum: PLAN_STATES })
  @IsOptional()
  @IsIn(PLAN_STATES)
  state?: (typeof PLAN_STATES)[number];
}

const ITEM_STATES = ['pending', 'released', 'done', 'failed', 'skipped'] as const;

export class ReplayItemQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ITEM_CLASSES })
  @IsOptional()
  @IsIn(ITEM_CLASSES)
  class?: ItemClass;

  @ApiPropertyOptional({ enum: ITEM_STATES })
  @IsOptional()
  @IsIn(ITEM_STATES)
  state?: string;
}

@ApiTags('replays')
@Controller('api/v1')
export class ReplaysController {
  constructor(
    private readonly db: Database,
    private readonly desk: ReplayDesk,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post('replays')
  @HttpCode(201)
  @Roles('operator')
  @Operation('replay.plan', 'Freezes a selection of deliveries as a plan; nothing is asked and nothing is sent yet')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: ReplayView })
  create(
    @IdempotencyKey() key: string,
    @Body() body: NewReplay,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.desk.create(this.by(request, key), body);
  }

  @Post('registration-links')
  @HttpCode(201)
  @Roles('operator')
  @Operation('replay.link', 'Plans to tie a registration made outside to the dossier that waits for it')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: ReplayView })
  link(
    @IdempotencyKey() key: string,
    @Body() body: NewRegistrationLink,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.desk.link(this.by(request, key), body);
  }

  @Get('replays')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('replay.list', 'Replay plans, newest first')
  @ApiOkResponse({ type: ReplayPage })
  async list(@Caller() caller: Principal, @Query() query: ReplayQuery): Promise<Page<ReplayView>> {
    const plans = await readPlans(this.db, {
      state: query.state ?? null,
      units: caller.units,
      after: idCursor(query.after),
      limit: query.limit + 1,
    });
    return pageOf(plans, query.limit, replayView, (plan) => plan.id);
  }

  @Get('replays/:id')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('replay.show', 'One plan: dry run, approval, progress, and why it stopped')
  @ApiOkResponse({ type: ReplayView })
  async show(@Caller() caller: Principal, @Param('id', PLAN_ID) id: string): Promise<ReplayView> {
    return replayView(await this.planOf(caller, id));
  }

  @Get('replays/:id/items')
  @Roles('operator', 'approver', 'auditor')
  @Operation('replay.items', 'Items of a plan in their order, with what the dry run found and what became of each')
  @ApiOkResponse({ type: ReplayItemPage })
  async items(
    @Caller() caller: Principal,
    @Param('id', PLAN_ID) id: string,
    @Query() query: ReplayItemQuery,
  ): Promise<Page<ReplayItemView>> {
    await this.planOf(caller, id);
    const rows = await readItems(this.db, {
      planId: id,
      class: query.class ?? null,
      state: query.state ?? null,
      after: numberCursor(query.after, 0),
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, itemView, (row) => String(row.number));
  }

  @Post('replays/:id/dry-run')
  @HttpCode(200)
  @Roles('operator')
  @Operation('replay.dry-run', 'Has every item looked at: can it be made today, and what does its partner say')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  dryRun(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.step('dry-run', id, this.by(request, key));
  }

  @Post('replays/:id/approve')
  @HttpCode(200)
  @Roles('approver')
  @Operation('replay.approve', 'A second person agrees with exactly what the hash stands for')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  approve(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Body() { hash }: ReplayApproval,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.desk.approve(this.by(request, key), id, hash);
  }

  @Post('replays/:id/start')
  @HttpCode(200)
  @Roles('operator')
  @Operation('replay.start', 'Begins with the first wave')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  start(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.step('start', id, this.by(request, key));
  }

  @Post('replays/:id/pause')
  @HttpCode(200)
  @Roles('operator')
  @Operation('replay.pause', 'Releases nothing more; what is under way ends')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  pause(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.step('pause', id, this.by(request, key));
  }

  @Post('replays/:id/resume')
  @HttpCode(200)
  @Roles('operator')
  @Operation('replay.resume', 'Goes on exactly where it was, with a first small wave again')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  resume(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.step('resume', id, this.by(request, key));
  }

  @Post('replays/:id/cancel')
  @HttpCode(200)
  @Roles('operator')
  @Operation('replay.cancel', 'Releases nothing more, for good; what is under way ends')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: ReplayView })
  cancel(
    @IdempotencyKey() key: string,
    @Param('id', PLAN_ID) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<ReplayView> {
    return this.step('cancel', id, this.by(request, key));
  }

  private step(name: PlanStepName, id: string, by: PlanCaller): Promise<ReplayView> {
    return this.desk.step(by, id, name);
  }

  private by(request: AuthenticatedRequest, idempotencyKey: string): PlanCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units, idempotencyKey };
  }

  private async planOf({ units }: Principal, id: string): Promise<ReplayPlan> {
    const plan = await readPlan(this.db, id, units);
    if (plan) return plan;
    throw new AppError({ code: 'replay-unknown', disposition: 'refuse', status: 404, detail: 'no plan with this id' });
  }
}
