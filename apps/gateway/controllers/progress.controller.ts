import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Matches } from 'class-validator';
import type { Principal } from '#access';
import { AppError, Database, localDay, type Clock } from '#platform';
import { Caller, Operation, Roles } from '../http/access';
import { pageOf, PageQuery, type Page } from '../http/page';
import { readProgress } from '../reads/progress';
import { ProgressPage, type ProgressView } from '../schema/progress';
import { CLOCK } from '../tokens';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

export class ProgressQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Five-digit commune.' })
  @IsOptional()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional({ format: 'date', description: 'First day of receipt; 30 days before `to` when absent.' })
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\d$/)
  @IsISO8601({ strict: true })
  from?: string;

  @ApiPropertyOptional({ format: 'date', description: 'Last day of receipt; today when absent.' })
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\d$/)
  @IsISO8601({ strict: true })
  to?: string;
}

@ApiTags('progress')
@Controller('api/v1/progress')
export class ProgressController {
  constructor(
    private readonly db: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('manager', 'operator', 'approver', 'auditor')
  @Operation('progress.list', 'How far the dossiers are, by commune and day of receipt, newest day first')
  @ApiOkResponse({ type: ProgressPage })
  async list(@Caller() caller: Principal, @Query() query: ProgressQuery): Promise<Page<ProgressView>> {
    const to = query.to ?? localDay(this.clock.now());
    const from = query.from ?? new Date(Date.parse(to) - DEFAULT_DAYS * DAY_MS).toISOString().slice(0, 10);
    const rows = await readProgress(this.db, {
      unit: query.unit ?? null,
      from,
      to,
      units: caller.units,
      after: cursorOf(query.after),
      limit: query.limit + 1,
    });
    return pageOf(
      rows,
      query.limit,
      (row) => row,
      (row) => `${row.day}|${row.unit}`,
    );
  }
}

function cursorOf(after: string | undefined): { day: string; unit: string } | null {
  if (after === undefined) return null;
  const match = /^(\d{4}-\d\d-\d\d)\|(\d{5})$/.exec(after);
  if (!match || Number.isNaN(Date.parse(match[1])))
    throw new AppError({
      code: 'cursor-invalid',
      disposition: 'refuse',
      status: 400,
      field: 'after',
      detail: 'a cursor that this list gave',
    });
  return { day: match[1], unit: match[2] };
}
