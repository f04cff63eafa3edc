import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Principal } from '#access';
import { findDossierIds, PARTNER_IDS, type PartnerId } from '#dossier';
import { Database, type Clock } from '#platform';
import {
  DISCREPANCY_CLASSES,
  DISCREPANCY_STATES,
  readDiscrepancies,
  type DiscrepancyClass,
  type DiscrepancyState,
} from '#reconciliation';
import { Caller, Operation, Roles } from '../http/access';
import { dossierUnknown } from '../http/dossier-code';
import { idCursor, pageOf, PageQuery, type Page } from '../http/page';
import { readDossierStates } from '../reads/dossiers';
import { DiscrepancyPage, type DiscrepancyView } from '../schema/reconciliation';
import { CLOCK } from '../tokens';
import { discrepancyView } from '../use-cases/reconciliation-desk';

export class DiscrepancyQuery extends PageQuery {
  @ApiPropertyOptional({ enum: PARTNER_IDS })
  @IsOptional()
  @IsIn(PARTNER_IDS)
  partner?: PartnerId;

  @ApiPropertyOptional({ enum: [...DISCREPANCY_CLASSES] })
  @IsOptional()
  @IsIn(DISCREPANCY_CLASSES)
  class?: DiscrepancyClass;

  @ApiPropertyOptional({ enum: [...DISCREPANCY_STATES] })
  @IsOptional()
  @IsIn(DISCREPANCY_STATES)
  state?: DiscrepancyState;

  @ApiPropertyOptional({ description: 'Five-digit commune.' })
  @IsOptional()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional({ description: 'Any code of a dossier.' })
  @IsOptional()
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u)
  dossier?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Those that this run saw last.' })
  @IsOptional()
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { message: 'reconciliation must be an id of a run' })
  reconciliation?: string;
}

@ApiTags('reconciliations')
@Controller('api/v1/discrepancies')
export class DiscrepanciesController {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('operator', 'approver', 'auditor', 'manager')
  @Operation('discrepancy.list', 'What differs between a partner and us, why, and who has to act; newest first')
  @ApiOkResponse({ type: DiscrepancyPage })
  async list(@Caller() { units }: Principal, @Query() query: DiscrepancyQuery): Promise<Page<DiscrepancyView>> {
    const rows = await readDiscrepancies(this.db, {
      partner: query.partner ?? null,
      class: query.class ?? null,
      state: query.state ?? null,
      unit: query.unit ?? null,
      dossierId: query.dossier === undefined ? null : await this.dossierOf(query.dossier, units),
      reconciliationId: query.reconciliation ?? null,
      units,
      after: idCursor(query.after),
      limit: query.limit + 1,
    });
    const states = await readDossierStates(
      this.db,
      rows.flatMap((row) => row.dossierId ?? []),
    );
    const now = this.clock.now();
    return pageOf(
      rows,
      query.limit,
      (row) => discrepancyView(row, states.get(row.dossierId ?? '') ?? null, now),
      (row) => row.id,
    );
  }

  /** Another commune's dossier is as unknown as none. */
  private async dossierOf(code: string, units: readonly string[] | null): Promise<string> {
    const id = (await findDossierIds(this.db, [code], units)).get(code);
    if (id === undefined) throw dossierUnknown();
    return id;
  }
}
