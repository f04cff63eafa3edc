import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { findDossierId } from '#dossier';
import { Database } from '#platform';
import { Operation, Roles } from '../http/access';
import { dossierUnknown } from '../http/dossier-code';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { readSyncLog, syncLogItem } from '../reads/sync-log';
import { SyncLogPage, type SyncLogItem } from '../schema/sync-log';

export class SyncLogQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Any code of a dossier.' })
  @IsOptional()
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u)
  dossier?: string;
}

@ApiTags('sync log')
@Controller('api/v1/sync-log')
export class SyncLogController {
  constructor(private readonly db: Database) {}

  @Get('entries')
  @Roles('auditor')
  @Operation('sync-log.list', 'Entries of the sync log, oldest first')
  @ApiOkResponse({ type: SyncLogPage })
  async list(@Query() query: SyncLogQuery): Promise<Page<SyncLogItem>> {
    const dossierId = query.dossier ? await findDossierId(this.db, query.dossier) : null;
    if (query.dossier && !dossierId) throw dossierUnknown();
    const rows = await readSyncLog(this.db, dossierId, idCursor(query.after), query.limit + 1);
    return pageOf(rows, query.limit, syncLogItem, (row) => row.id);
  }
}
