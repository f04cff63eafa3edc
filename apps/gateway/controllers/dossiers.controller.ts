import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import { DOSSIER_STATES, findDossierId } from '#dossier';
import type { Principal } from '#access';
import { Database } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { DossierCodePipe, dossierUnknown } from '../http/dossier-code';
import { numberCursor } from '../http/number-cursor';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { dossierView, readDossier, readDossiers, type DossierRow } from '../reads/dossiers';
import { readTimeline, timelineEvent } from '../reads/timeline';
import { DossierPage, DossierView, TimelinePage, type TimelineEvent } from '../schema/dossier';

export class DossierQuery extends PageQuery {
  @ApiPropertyOptional({ enum: DOSSIER_STATES })
  @IsOptional()
  @IsIn(DOSSIER_STATES)
  state?: string;

  @ApiPropertyOptional({ description: 'Id of a procedure; one that nobody has finds nothing.', example: 'birth-group' })
  @IsOptional()
  @Matches(/^[a-z0-9-]{1,64}$/)
  procedure?: string;

  @ApiPropertyOptional({ description: 'Five-digit commune.' })
  @IsOptional()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  attention?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Changed at or after this instant.' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(/(Z|[+-]\d\d:\d\d)$/, { message: 'since must be RFC 3339 with an offset' })
  since?: string;
}

@ApiTags('dossiers')
@Controller('api/v1/dossiers')
export class DossiersController {
  constructor(private readonly db: Database) {}

  @Get()
  @Roles('integrator', 'operator', 'approver', 'auditor', 'manager')
  @Operation('dossier.list', 'Dossiers, newest first')
  @ApiOkResponse({ type: DossierPage })
  async list(@Caller() caller: Principal, @Query() query: DossierQuery): Promise<Page<DossierView>> {
    const rows = await readDossiers(this.db, {
      state: query.state ?? null,
      procedure: query.procedure ?? null,
      unit: query.unit ?? null,
      attention: query.attention === undefined ? null : query.attention === 'true',
      since: query.since ? new Date(query.since) : null,
      units: caller.units,
      after: idCursor(query.after),
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, dossierView, (row) => row.id);
  }

  @Get(':code')
  @Roles('integrator', 'operator', 'approver', 'auditor')
  @Operation('dossier.show', 'One dossier, by any of its codes or its registry code')
  @ApiParam({ name: 'code', type: String })
  @ApiOkResponse({ type: DossierView })
  async show(@Caller() caller: Principal, @Param('code', DossierCodePipe) code: string): Promise<DossierView> {
    return dossierView(await this.find(caller, code));
  }

  @Get(':code/timeline')
  @Roles('integrator', 'operator', 'approver', 'auditor')
  @Operation('dossier.timeline', 'What happened to a dossier, in order')
  @ApiParam({ name: 'code', type: String })
  @ApiOkResponse({ type: TimelinePage })
  async timeline(
    @Caller() caller: Principal,
    @Param('code', DossierCodePipe) code: string,
    @Query() query: PageQuery,
  ): Promise<Page<TimelineEvent>> {
    const { id } = await this.find(caller, code);
    const rows = await readTimeline(this.db, id, numberCursor(query.after, 0), query.limit + 1);
    return pageOf(rows, query.limit, timelineEvent, (row) => String(row.seq));
  }

  private async find(caller: Principal, code: string): Promise<DossierRow> {
    const id = await findDossierId(this.db, code);
    const row = id ? await readDossier(this.db, id, caller.units) : undefined;
    // Another commune's dossier is as unknown as none: the answer does not tell that it exists.
    if (!row) throw dossierUnknown();
    return row;
  }
}
