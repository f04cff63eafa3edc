import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsISO8601, IsOptional, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';
import { DECISIONS, type Decision } from '#dossier';

export class OfficerInput {
  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string | null;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(200)
  title?: string | null;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(200)
  department?: string | null;
}

/** What an officer of the one-stop decided (CONTRACTS §2). */
export class DecisionInput {
  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS)
  decision!: Decision;

  @ApiProperty({ format: 'date-time' })
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(/T.*(Z|[+-]\d\d:\d\d)$/, { message: 'decidedAt must be RFC 3339 with an offset' })
  decidedAt!: string;

  @ApiPropertyOptional({ type: OfficerInput })
  @IsOptional()
  @ValidateNested()
  @Type(() => OfficerInput)
  officer?: OfficerInput | null;

  @ApiPropertyOptional({ maxLength: 4_000 })
  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  note?: string | null;

  @ApiPropertyOptional({ description: 'RFC 3339 with offset, or a date, which means 17:00 of that day.' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(/^\d{4}-\d\d-\d\d$|T.*(Z|[+-]\d\d:\d\d)$/, {
    message: 'supplementDeadline must be a date or RFC 3339 with an offset',
  })
  supplementDeadline?: string | null;

  @ApiPropertyOptional()
  @IsOptional()
  @Length(1, 100)
  @Matches(/^[\p{L}\p{N}._/-]+$/u, { message: 'oneStopCode must be a dossier code' })
  oneStopCode?: string | null;
}
