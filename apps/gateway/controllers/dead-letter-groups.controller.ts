import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { Principal } from '#access';
import { groupDeadLetters, type Cause } from '#delivery';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { Database, rfc3339 } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { DeadLetterGroupPage } from '../schema/dead-letter-group';
import { CAUSES } from '../tokens';

export class DeadLetterGroupQuery {
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
    return {
      items: groups.map((group) => ({
        ...group,
        firstSeen: rfc3339(group.firstSeen),
        lastSeen: rfc3339(group.lastSeen),
      })),
      next: null,
    };
  }
}
