import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
} from 'class-validator';
import { KINDS, LABELS, personalData, REQUEST_KINDS, type Kind, type Label, type RequestKind } from '#privacy';

/** Fields of one reveal. */
const MAX_FIELDS = 60;
const MAX_DOSSIERS = 200;
const CODE = /^[\p{L}\p{N} ._/:-]{1,100}$/u;

export class MaskedFieldView {
  @ApiProperty({ example: 'declaration.nksHoTen' })
  field!: string;
  @ApiProperty({ enum: [...LABELS], description: 'What no list names counts as sensitive.' })
  label!: Label;
  @ApiProperty({ enum: [...KINDS] })
  kind!: Kind;
  @ApiProperty()
  isPresent!: boolean;
  @ApiProperty({
    description: 'A mask, the same for all values of a kind; a value only where it says nothing about a person.',
  })
  shown!: string;
}

export class ContentFileView {
  @ApiProperty({ format: 'uuid' })
  ref!: string;
  @ApiProperty({ enum: ['attachment', 'result-file'] })
  kind!: string;
  @ApiProperty({ enum: ['sensitive'] })
  label!: string;
  @ApiProperty()
  contentType!: string;
  @ApiProperty()
  sizeBytes!: number;
  @ApiProperty()
  withdrawn!: boolean;
}

/** Which fields and files a dossier has, masked. */
export class ContentView {
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ type: [MaskedFieldView] })
  fields!: MaskedFieldView[];
  @ApiProperty({ type: [ContentFileView] })
  files!: ContentFileView[];
}

export class PurposeView {
  @ApiProperty()
  id!: string;
  @ApiProperty({ description: 'In Vietnamese.' })
  label!: string;
  @ApiProperty({ description: 'In Vietnamese.' })
  legalBasis!: string;
  @ApiProperty({ description: 'Sensitive fields and files too; a reason is then needed.' })
  sensitive!: boolean;
  @ApiProperty({ description: 'Persons may be searched for.' })
  search!: boolean;
}

export class PurposeList {
  @ApiProperty({ type: [PurposeView] })
  items!: PurposeView[];
}

/** Why personal data is looked at. */
class WithPurpose {
  @ApiProperty({ example: 'complaint', description: 'One of `GET /api/v1/purposes`.' })
  @Matches(/^[a-z][a-z0-9-]{1,63}$/)
  purpose!: string;

  @ApiPropertyOptional({ minLength: 3, maxLength: 200, description: 'Needed for sensitive data. No personal data.' })
  @IsOptional()
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason?: string;
}

/** Body of `POST /api/v1/dossiers/{code}/reveals`. */
export class NewReveal extends WithPurpose {
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: MAX_FIELDS,
    description: 'Names as the masked content gives them.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_FIELDS)
  @ArrayUnique()
  @Matches(/^[A-Za-z][\w.-]{0,119}$/, { each: true, message: 'fields must hold names of fields' })
  fields!: string[];
}

export class RevealedFieldView {
  @ApiProperty()
  field!: string;
  @ApiProperty({ enum: [...LABELS] })
  label!: Label;
  @ApiProperty({ enum: [...KINDS] })
  kind!: Kind;
  @ApiProperty({ type: String, ...personalData('declaration') })
  value!: string;
}

export class RevealView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty()
  purpose!: string;
  @ApiProperty()
  legalBasis!: string;
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiProperty({ format: 'date-time', description: 'Until then the same request with the same key shows them again.' })
  expiresAt!: string;
  @ApiProperty({ type: [RevealedFieldView] })
  fields!: RevealedFieldView[];
}

/** Body of `POST /api/v1/dossiers/{code}/file-reveals`. */
export class NewFileReveal extends WithPurpose {
  @ApiProperty({ format: 'uuid', description: '`ref` of a file of the masked content.' })
  @IsUUID()
  file!: string;
}

/** Body of `POST /api/v1/persons/search`. */
export class PersonSearch extends WithPurpose {
  @ApiProperty({ type: String, ...personalData('subject.identityNumber') })
  @IsString()
  @Length(8, 20)
  identityNumber!: string;
}

export class FoundDossierView {
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ type: String, nullable: true })
  dvcltCode!: string | null;
  @ApiProperty({ type: String, nullable: true })
  oneStopCode!: string | null;
  @ApiProperty()
  procedure!: string;
  @ApiProperty()
  unit!: string;
  @ApiProperty()
  state!: string;
  @ApiProperty({ type: [String], description: 'Fields in which the number stands.' })
  fields!: string[];
}

export class FoundDossiers {
  @ApiProperty({ type: [FoundDossierView] })
  items!: FoundDossierView[];
  @ApiProperty({ description: 'Dossiers from before the upgrade are still being indexed: some may be missing.' })
  indexIncomplete!: boolean;
}

/** Body of `POST /api/v1/persons/requests`. */
export class NewPersonRequest {
  @ApiProperty({ enum: [...REQUEST_KINDS] })
  @IsIn(REQUEST_KINDS)
  kind!: RequestKind;

  @ApiProperty({ type: String, ...personalData('subject.identityNumber') })
  @IsString()
  @Length(8, 20)
  identityNumber!: string;

  @ApiProperty({ minLength: 10, maxLength: 200, description: 'Number of the letter, and why. No personal data.' })
  @IsString()
  @Length(10, 200)
  reason!: string;

  @ApiPropertyOptional({ type: [String], maxItems: MAX_DOSSIERS, description: 'Only these of the person’s dossiers.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_DOSSIERS)
  @Matches(CODE, { each: true })
  dossiers?: string[];
}

/** A request of a person. It does not name the person. */
export class PersonRequestView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: [...REQUEST_KINDS] })
  kind!: RequestKind;
  @ApiProperty({ enum: ['open', 'approved', 'withdrawn', 'expired'] })
  state!: string;
  @ApiProperty({ type: [String], format: 'uuid' })
  dossiers!: readonly string[];
  @ApiProperty({ description: 'Of kind and dossiers; the approver sends it back.' })
  setDigest!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty()
  requestedBy!: string;
  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;
  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
  @ApiProperty({ type: String, nullable: true })
  approvedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  approvedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When who asked took it back.' })
  withdrawnAt!: string | null;
  @ApiProperty({ description: 'How often the export was taken.' })
  takes!: number;
  @ApiProperty({
    description:
      'When it was asked for, dossiers from before the upgrade were still being indexed: some may be missing.',
  })
  indexIncomplete!: boolean;
}

export class PersonRequestPage {
  @ApiProperty({ type: [PersonRequestView] })
  items!: PersonRequestView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** Body of `POST /api/v1/persons/requests/{id}/approve`. */
export class PersonRequestApproval {
  @ApiProperty({ description: '`setDigest` of the request as the approver was shown it.' })
  @Matches(/^[0-9a-f]{64}$/)
  setDigest!: string;
}

export class ExportedDossierView {
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ type: [String] })
  codes!: string[];
  @ApiProperty()
  procedure!: string;
  @ApiProperty()
  unit!: string;
  @ApiProperty()
  state!: string;
  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;
  @ApiProperty({ description: 'Its content was erased before.' })
  isErased!: boolean;
  @ApiProperty({ type: [RevealedFieldView] })
  fields!: RevealedFieldView[];
  @ApiProperty({ type: [ContentFileView] })
  files!: ContentFileView[];
}

export class PersonExportView {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;
  @ApiProperty({ format: 'date-time' })
  takenAt!: string;
  @ApiProperty({
    description:
      'When it was asked for, dossiers from before the upgrade were still being indexed: some may be missing.',
  })
  indexIncomplete!: boolean;
  @ApiProperty({ type: [ExportedDossierView] })
  dossiers!: ExportedDossierView[];
}
