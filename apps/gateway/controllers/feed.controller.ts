import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { FEED_READ, type Principal } from '#access';
import { Database, Doorbell } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { FeedWaiters } from '../http/feed-waiters';
import { numberCursor } from '../http/number-cursor';
import { PageQuery } from '../http/page';
import { readFeed } from '../reads/feed';
import { FeedPage } from '../schema/feed';

const MAX_WAIT_SECONDS = 30;
/** The sequencer rings when it has numbered events. The doorbell is no guarantee: a waiting reader looks by itself at this pace. */
const LOOK_MS = 1_000;

export class FeedQuery extends PageQuery {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: MAX_WAIT_SECONDS,
    default: 0,
    description: 'How long to wait for an event when there is none, seconds.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(0)
  @Max(MAX_WAIT_SECONDS)
  waitSeconds: number = 0;
}

@ApiTags('feed')
@Controller('api/v1/feed')
export class FeedController {
  constructor(
    private readonly db: Database,
    private readonly doorbell: Doorbell,
    private readonly waiters: FeedWaiters,
  ) {}

  @Get()
  @Roles(...FEED_READ.roles)
  @Operation(FEED_READ.operation, 'Events in order, from a position')
  @ApiOkResponse({ type: FeedPage })
  async read(
    @Caller() caller: Principal,
    @Query() query: FeedQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedPage> {
    const after = numberCursor(query.after, 0);
    const signal = this.waiters.signalOf(reply.raw);
    const deadline = performance.now() + query.waitSeconds * 1000;
    for (;;) {
      // Listening begins before the look, so that an event between the two is not slept through.
      const leftMs = deadline - performance.now();
      const look = new AbortController();
      const rung = this.doorbell.wait(
        'event-log',
        Math.max(0, Math.min(leftMs, LOOK_MS)),
        AbortSignal.any([signal, look.signal]),
      );
      const items = await readFeed(this.db, after, query.limit, caller.units);
      if (items.length > 0 || leftMs <= 0 || signal.aborted) {
        look.abort();
        return { items, next: items.at(-1)?.position ?? after };
      }
      await rung;
    }
  }
}
