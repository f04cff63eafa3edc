import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Principal } from '#access';
import {
  listQuarantine,
  QUARANTINE_STATES,
  requestRerun,
  showQuarantine,
  type IntakeDeps,
  type QuarantineItem,
  type QuarantineState,
} from '#intake';
import { Database, rfc3339 } from '#platform';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { IdPipe } from '../http/id-pipe';
import { idCursor, PageQuery, type Page } from '../http/page';
import { QuarantinePage, QuarantineView } from '../schema/quarantine';
import { ADDRESS_DIGEST, INTAKE } from '../tokens';

export class QuarantineQuery extends PageQuery {
  @ApiPropertyOptional({ enum: QUARANTINE_STATES })
  @IsOptional()
  @IsIn(QUARANTINE_STATES)
  state?: QuarantineState;

  @ApiPropertyOptional({ description: 'Key of a group: its open items.' })
  @IsOptional()
  @Matches(/^[0-9a-f]{16}$/)
  group?: string;
}

@ApiTags('quarantine')
@Controller('api/v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly db: Database,
    @Inject(INTAKE) private readonly intake: IntakeDeps,
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('quarantine.list', 'Inbound items that were not understood, oldest first')
  @ApiOkResponse({ type: QuarantinePage })
  async list(@Caller() { units }: Principal, @Query() query: QuarantineQuery): Promise<Page<QuarantineView>> {
    const page = await listQuarantine(this.db, {
      state: query.state,
      ...(query.group === undefined ? {} : { group: query.group }),
      after: idCursor(query.after) ?? undefined,
      limit: query.limit,
      units,
    });
    return { items: page.items.map(quarantineView), next: page.next };
  }

  @Get(':id')
  @Roles('operator', 'approver', 'auditor')
  @Operation('quarantine.show', 'One quarantined item')
  @ApiOkResponse({ type: QuarantineView })
  async show(
    @Caller() { units }: Principal,
    @Param('id', new IdPipe('quarantine-item-unknown')) id: string,
  ): Promise<QuarantineView> {
    return quarantineView(await showQuarantine(this.db, id, units));
  }

  @Post(':id/rerun')
  @HttpCode(202)
  @Roles('operator')
  @Operation('quarantine.rerun', 'Has an open item run again from its stored bytes; a worker does it at once')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: QuarantineView })
  rerun(
    @Param('id', new IdPipe('quarantine-item-unknown')) itemId: string,
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: AuthenticatedRequest,
  ): Promise<QuarantineView> {
    const actor = actorOf(request, this.addressDigest);
    return requestRerun({ actor, idempotencyKey, itemId, units: callerOf(request).units }, this.intake);
  }
}

function quarantineView(item: QuarantineItem): QuarantineView {
  return { ...item, firstSeen: rfc3339(item.firstSeen), lastSeen: rfc3339(item.lastSeen) };
}
