import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { listQuarantine, QUARANTINE_STATES, showQuarantine, type QuarantineItem, type QuarantineState } from '#intake';
import { Database, rfc3339 } from '#platform';
import { Operation, Roles } from '../http/access';
import { IdPipe } from '../http/id-pipe';
import { idCursor, PageQuery, type Page } from '../http/page';
import { QuarantinePage, QuarantineView } from '../schema/quarantine';

export class QuarantineQuery extends PageQuery {
  @ApiPropertyOptional({ enum: QUARANTINE_STATES })
  @IsOptional()
  @IsIn(QUARANTINE_STATES)
  state?: QuarantineState;
}

@ApiTags('quarantine')
@Controller('api/v1/quarantine')
export class QuarantineController {
  constructor(private readonly db: Database) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('quarantine.list', 'Inbound items that were not understood, oldest first')
  @ApiOkResponse({ type: QuarantinePage })
  async list(@Query() query: QuarantineQuery): Promise<Page<QuarantineView>> {
    const page = await listQuarantine(this.db, {
      state: query.state,
      after: idCursor(query.after) ?? undefined,
      limit: query.limit,
    });
    return { items: page.items.map(quarantineView), next: page.next };
  }

  @Get(':id')
  @Roles('operator', 'approver', 'auditor')
  @Operation('quarantine.show', 'One quarantined item')
  @ApiOkResponse({ type: QuarantineView })
  async show(@Param('id', new IdPipe('quarantine-item-unknown')) id: string): Promise<QuarantineView> {
    return quarantineView(await showQuarantine(this.db, id));
  }
}

function quarantineView(item: QuarantineItem): QuarantineView {
  return { ...item, firstSeen: rfc3339(item.firstSeen), lastSeen: rfc3339(item.lastSeen) };
}
