import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Principal } from '#access';
import { groupDeadLetters, type Cause } from '#delivery';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { Database, rfc3339 } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { numberCursor } from '../http/number-cursor';
import { PageQuery } from '../http/page';
import { DeadLetterGroupPage } from '../schema/dead-letter-group';
import { CAUSES } from '../tokens';

export class DeadLetterGroupQuery extends PageQuery {
  @ApiPropertyOptional({ enum: PARTNER_IDS })
  @IsOptional()
  @IsIn(PARTNER_IDS)
  partner?: PartnerId;
}

@ApiTags('deliveries')
@Controller('api/v1/dead-letters/groups')
export class DeadLetterGroupsController {
  constructor(
    private readonly db: Database,
    @Inject(CAUSES) private readonly causes: readonly Cause[],
  ) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation(
    'dead-letter.groups',
    'Dead letters by cause: which field, whose rule, who must act, the known fix; largest first',
  )
  @ApiOkResponse({ type: DeadLetterGroupPage })
  async list(@Caller() caller: Principal, @Query() query: DeadLetterGroupQuery): Promise<DeadLetterGroupPage> {
    const filter = { partner: query.partner ?? null, units: caller.units };
    const groups = await groupDeadLetters(this.db, filter, this.causes);
    const from = numberCursor(query.after, 0);
    const to = from + query.limit;
    const items = groups.slice(from, to).map((group) => ({
      ...group,
      firstSeen: rfc3339(group.firstSeen),
      lastSeen: rfc3339(group.lastSeen),
    }));
    return { items, next: to < groups.length ? String(to) : null };
  }
}
