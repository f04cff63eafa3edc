import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Principal } from '#access';
import { groupQuarantine, rerunSelection, type IntakeDeps, type QuarantineCause } from '#intake';
import { Database, rfc3339 } from '#platform';
import { actorOf, Caller, callerOf, Operation, Roles, type AuthenticatedRequest } from '../http/access';
import { IdempotencyKey, NeedsIdempotencyKey } from '../http/idempotency-key';
import { numberCursor } from '../http/number-cursor';
import { PageQuery } from '../http/page';
import { selectionOf } from '../http/quarantine-selection';
import { RerunTaken, SelectedQuarantine } from '../schema/quarantine-action';
import { QuarantineGroupPage } from '../schema/quarantine-group';
import { ADDRESS_DIGEST, INTAKE, QUARANTINE_CAUSES } from '../tokens';

@ApiTags('quarantine')
@Controller('api/v1/quarantine')
export class QuarantineGroupsController {
  constructor(
    private readonly db: Database,
    @Inject(INTAKE) private readonly intake: IntakeDeps,
    @Inject(QUARANTINE_CAUSES) private readonly causes: readonly QuarantineCause[],
    @Inject(ADDRESS_DIGEST) private readonly addressDigest: (address: string) => string,
  ) {}

  @Get('groups')
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation(
    'quarantine.groups',
    'Open items by cause: stage, reason and field, who must act, the known fix; largest first',
  )
  @ApiOkResponse({ type: QuarantineGroupPage })
  async list(@Caller() { units }: Principal, @Query() query: PageQuery): Promise<QuarantineGroupPage> {
    const groups = await groupQuarantine(this.db, this.causes, units);
    const from = numberCursor(query.after, 0);
    const to = from + query.limit;
    const items = groups.slice(from, to).map((group) => ({
      ...group,
      firstSeen: rfc3339(group.firstSeen),
      lastSeen: rfc3339(group.lastSeen),
    }));
    return { items, next: to < groups.length ? String(to) : null };
  }

  @Post('rerun')
  @HttpCode(202)
  @Roles('operator')
  @Operation('quarantine.rerun-many', 'Has some or a whole group of open items run again from their stored bytes')
  @NeedsIdempotencyKey()
  @ApiAcceptedResponse({ type: RerunTaken })
  rerun(
    @IdempotencyKey() idempotencyKey: string,
    @Body() body: SelectedQuarantine,
    @Req() request: AuthenticatedRequest,
  ): Promise<RerunTaken> {
    const actor = actorOf(request, this.addressDigest);
    return rerunSelection(selectionOf(body), { actor, idempotencyKey, units: callerOf(request).units }, this.intake);
  }
}
