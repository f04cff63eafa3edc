import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { personalData } from '#privacy';
import {
  IsIn,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { DECISIONS, type Decision } from '#dossier';
import { INSTANT, INSTANT_OR_DATE } from '../http/instant';

/** Who decided. All three are needed: DVCLT refuses a status without them (CONTRACTS §1.2). */
export class OfficerInput {
  @ApiProperty({ maxLength: 200, ...personalData('officer.name') })
  @IsString()
  @Matches(/\S/, { message: 'officer.name must not be empty' })
  @MaxLength(200)
  name!: string;

  @ApiProperty({ maxLength: 200, ...personalData('officer.title') })
  @IsString()
  @Matches(/\S/, { message: 'officer.title must not be empty' })
  @MaxLength(200)
  title!: string;

  @ApiProperty({ maxLength: 200, ...personalData('officer.department') })
  @IsString()
  @Matches(/\S/, { message: 'officer.department must not be empty' })
  @MaxLength(200)
  department!: string;
}

/** What an officer of the one-stop decided (CONTRACTS §2). */
export class DecisionInput {
  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS)
  decision!: Decision;

  @ApiProperty({ format: 'date-time' })
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'decidedAt must be RFC 3339 with an offset' })
  decidedAt!: string;

  @ApiProperty({ type: OfficerInput })
  @IsObject()
  @ValidateNested()
  @Type(() => OfficerInput)
  officer!: OfficerInput;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 4_000, ...personalData('officer.note') })
  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  note?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'RFC 3339 with offset, or a date, which means 17:00 of that day.',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT_OR_DATE, {
    message: 'supplementDeadline must be a date or RFC 3339 with an offset',
  })
  supplementDeadline?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @Length(1, 100)
  @Matches(/^[\p{L}\p{N}._/-]+$/u, { message: 'oneStopCode must be a dossier code' })
  oneStopCode?: string | null;
}
