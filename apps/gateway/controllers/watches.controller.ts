import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Principal } from '#access';
import { Database } from '#platform';
import { readWatches, type PlanCaller } from '#replay';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { NewWatch, WatchPage, WatchView } from '../schema/watch';
import { ADDRESS_DIGEST } from '../tokens';
import { ReplayDesk, watchView } from '../use-cases/replay-desk';

export class WatchQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Those that watch no more, too.', default: 'false' })
  @IsOptional()
  @IsIn(['true', 'false'])
  all?: string;
}

@ApiTags('replays')
@Controller('api/v1/watches')
export class WatchesController {
  constructor(
    private readonly db: Database,
    private readonly desk: ReplayDesk,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Post()
  @HttpCode(201)
  @Roles('operator')
  @Operation('watch.place', 'Watches dead letters until their cause is gone; their replay is then proposed or starts')
  @NeedsIdempotencyKey()
  @ApiCreatedResponse({ type: WatchView })
  place(
    @IdempotencyKey() key: string,
    @Body() body: NewWatch,
    @Req() request: AuthenticatedRequest,
  ): Promise<WatchView> {
    return this.desk.watch(this.by(request, key), body);
  }

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('watch.list', 'Watches, newest first')
  @ApiOkResponse({ type: WatchPage })
  async list(@Caller() { units }: Principal, @Query() query: WatchQuery): Promise<Page<WatchView>> {
    const page = { isOpen: query.all !== 'true', units, after: idCursor(query.after), limit: query.limit + 1 };
    return pageOf(await readWatches(this.db, page), query.limit, watchView, (watch) => watch.id);
  }

  @Post(':id/end')
  @HttpCode(200)
  @Roles('operator')
  @Operation('watch.end', 'Watches no more')
  @NeedsIdempotencyKey()
  @ApiOkResponse({ type: WatchView })
  end(
    @IdempotencyKey() key: string,
    @Param('id', new IdPipe('watch-unknown')) id: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<WatchView> {
    return this.desk.endWatch(this.by(request, key), id);
  }

  private by(request: AuthenticatedRequest, idempotencyKey: string): PlanCaller {
    return { actor: actorOf(request, this.addressDigest), units: callerOf(request).units, idempotencyKey };
  }
}
