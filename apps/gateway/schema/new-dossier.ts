import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { personalData } from '#privacy';
import { INSTANT } from '../http/instant';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
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

const CODE = /^[\p{L}\p{N}._/-]{1,100}$/u;
/** Digits only; how many depends on the paper, which hộ tịch checks. */
const IDENTITY_NUMBER = /^[A-Za-z0-9]{1,20}$/;

export class SubjectInput {
  @ApiProperty({ type: String, ...personalData('subject.name') })
  @IsString()
  @Length(1, 200)
  name!: string;

  @ApiPropertyOptional({ type: String, nullable: true, ...personalData('subject.identityNumber') })
  @IsOptional()
  @Matches(IDENTITY_NUMBER, { message: 'identityNumber must hold letters and digits only' })
  identityNumber?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'As on the declaration; may be a year only.',
    ...personalData('subject.birthDate'),
  })
  @IsOptional()
  @IsString()
  @MaxLength(30)
  birthDate?: string | null;
}

export class RequesterInput {
  @ApiProperty({ type: String, ...personalData('requester.name') })
  @IsString()
  @Length(1, 200)
  name!: string;

  @ApiPropertyOptional({ type: String, nullable: true, ...personalData('requester.identityNumber') })
  @IsOptional()
  @Matches(IDENTITY_NUMBER, { message: 'identityNumber must hold letters and digits only' })
  identityNumber?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, ...personalData('requester.phone') })
  @IsOptional()
  @IsString()
  @MaxLength(30)
  phone?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, ...personalData('requester.email') })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  email?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, ...personalData('requester.relation') })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  relation?: string | null;
}

/** A dossier that the one-stop took from DVCLT itself (CONTRACTS §2). */
export class NewDossierInput {
  @ApiProperty()
  @Matches(CODE, { message: 'dvcltCode must be a dossier code' })
  dvcltCode!: string;

  @ApiProperty()
  @Matches(CODE, { message: 'oneStopCode must be a dossier code' })
  oneStopCode!: string;

  @ApiProperty({ example: '3.000722' })
  @Matches(/^\d\.\d{6}$/, { message: 'procedureCode must read like 3.000722' })
  procedureCode!: string;

  @ApiProperty({ enum: ['KS', 'KT'] })
  @IsIn(['KS', 'KT'])
  module!: 'KS' | 'KT';

  @ApiProperty({ description: 'Commune, with or without leading zeros.' })
  @Matches(/^\d{1,5}$/, { message: 'unit must be the number of a commune' })
  unit!: string;

  @ApiProperty({ format: 'date-time' })
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'receivedAt must be RFC 3339 with an offset' })
  receivedAt!: string;

  @ApiProperty({ type: SubjectInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => SubjectInput)
  subject!: SubjectInput;

  @ApiProperty({ type: RequesterInput })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => RequesterInput)
  requester!: RequesterInput;

  @ApiProperty({
    type: Object,
    description: 'The leaves of the declaration, official names, flat, all text.',
    ...personalData('declaration'),
  })
  @IsObject()
  content!: Record<string, string>;

  @ApiProperty({ type: [Object], description: 'File objects as DVCLT gives them.', ...personalData('attachment.file') })
  @IsArray()
  @ArrayMaxSize(200)
  @IsObject({ each: true })
  attachments!: Record<string, unknown>[];
}
