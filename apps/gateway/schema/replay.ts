import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsBase64,
  IsDefined,
  IsIn,
  IsISO8601,
  IsNumber,
  IsObject,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import { personalData } from '#privacy';
import { ITEM_CLASSES, PLAN_ACTIONS, PLAN_SOURCES, PLAN_STATES, type ItemClass } from '#replay';
import { INSTANT } from '../http/instant';

const MAX_IDS = 10_000;
/** A link has a request of its own. */
const ASKED_ACTIONS = ['replay', 'mark-done', 'give-up'] as const;

/** Left out, and not null: `IsOptional` lets null through, which would select by nothing. */
const MayBeAbsent = (): PropertyDecorator => ValidateIf((_request, value) => value !== undefined);

/** Which deliveries; all given parts must fit. */
export class ReplaySelection {
  @ApiPropertyOptional({ enum: PARTNER_IDS })
  @MayBeAbsent()
  @IsIn(PARTNER_IDS)
  partner?: PartnerId;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @Matches(/^[a-z-]{1,64}$/)
  operation?: string;

  @ApiPropertyOptional({ description: 'Key of a group of dead letters.' })
  @MayBeAbsent()
  @Matches(/^[0-9a-f]{16}$/)
  group?: string;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @Matches(/^[\w.-]{1,100}$/)
  reasonCode?: string;

  @ApiPropertyOptional({ description: 'Five-digit commune.' })
  @MayBeAbsent()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @Matches(/^[a-z0-9-]{1,64}$/)
  procedure?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Dead letters: tried last from then on. History: settled from then on.',
  })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'from must be RFC 3339 with an offset' })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not included.' })
  @MayBeAbsent()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'to must be RFC 3339 with an offset' })
  to?: string;

  @ApiPropertyOptional({ type: [String], maxItems: MAX_IDS, description: 'Dossiers, by any of their codes.' })
  @MayBeAbsent()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u, { each: true })
  dossiers?: string[];

  @ApiPropertyOptional({ type: [String], format: 'uuid', maxItems: MAX_IDS, description: 'Deliveries.' })
  @MayBeAbsent()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsUUID(undefined, { each: true })
  ids?: string[];
}

/** A correction of one leaf of the declaration, for these messages only. Personal data: never shown again. */
export class ReplayEdit {
  @ApiProperty({ description: 'Official name of the leaf, as a dead letter names it.' })
  @Matches(/^[A-Za-z]\w{0,63}$/)
  field!: string;

  @ApiProperty({ maxLength: 2_000, description: 'Empty: the leaf is left out.', ...personalData('edit.value') })
  @IsString()
  @Length(0, 2_000)
  value!: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Only in this delivery; needed for who somebody is.' })
  @MayBeAbsent()
  @IsUUID()
  delivery?: string;

  @ApiPropertyOptional({
    description: 'The value once more, for a field that says who somebody is.',
    ...personalData('edit.value'),
  })
  @MayBeAbsent()
  @IsString()
  @Length(0, 2_000)
  again?: string;
}

/** Why something is told again. */
export class ReplayWhy {
  @ApiProperty({ description: 'One of `reasonCodes` in `config/replay.yaml`.' })
  @Matches(/^[a-z0-9-]{1,64}$/)
  reasonCode!: string;

  @ApiProperty({
    minLength: 3,
    maxLength: 200,
    description: 'Why, and the evidence; colleagues and auditors see it. No personal data.',
  })
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

/** Why, and how fast. */
export class ReplayTerms extends ReplayWhy {
  @ApiPropertyOptional({ minimum: 0.01, maximum: 10_000, description: 'Items a second.' })
  @MayBeAbsent()
  @IsNumber()
  @Min(0.01)
  @Max(10_000)
  ratePerSecond?: number;
}

/** Body of `POST /api/v1/replays`. */
export class NewReplay extends ReplayTerms {
  @ApiPropertyOptional({
    enum: ASKED_ACTIONS,
    default: 'replay',
    description: 'Send again; or what people say of what is never sent again. Those always need a second person.',
  })
  @MayBeAbsent()
  @IsIn(ASKED_ACTIONS)
  action?: (typeof ASKED_ACTIONS)[number];

  @ApiPropertyOptional({
    enum: PLAN_SOURCES,
    default: 'dead-letters',
    description: 'History: what was settled, for a partner that lost its data.',
  })
  @MayBeAbsent()
  @IsIn(PLAN_SOURCES)
  source?: (typeof PLAN_SOURCES)[number];

  @ApiProperty({ type: ReplaySelection })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplaySelection)
  selection!: ReplaySelection;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'A run stops above this share of failures.' })
  @MayBeAbsent()
  @IsNumber()
  @Min(0)
  @Max(1)
  maxErrorShare?: number;

  @ApiPropertyOptional({ type: [ReplayEdit], maxItems: 50 })
  @MayBeAbsent()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ReplayEdit)
  edits?: ReplayEdit[];
}

/** Body of `POST /api/v1/registration-links`: what stands in the register. Personal data: sealed, never shown again. */
export class NewRegistrationLink {
  @ApiProperty({ format: 'uuid', description: 'The dead letter `submit-registration` of the dossier.' })
  @IsUUID()
  delivery!: string;

  @ApiProperty({ type: String, ...personalData('result.registrationNumber') })
  @Matches(/^[\w./-]{1,40}$/)
  registrationNumber!: string;

  @ApiProperty({ type: String, ...personalData('result.bookNumber') })
  @Matches(/^[\w./-]{1,40}$/)
  bookNumber!: string;

  @ApiPropertyOptional({ type: String, ...personalData('result.pageNumber') })
  @MayBeAbsent()
  @Matches(/^[\w./-]{1,40}$/)
  pageNumber?: string;

  @ApiProperty({ format: 'date', ...personalData('result.registeredOnText') })
  @Matches(/^\d{4}-\d\d-\d\d$/)
  @IsISO8601({ strict: true })
  registeredOn!: string;

  @ApiPropertyOptional({
    description: 'Personal number of the child; needed at birth.',
    ...personalData('result.identityNumber'),
  })
  @MayBeAbsent()
  @Matches(/^\d{12}$/, { message: 'identityNumber must be 12 digits' })
  identityNumber?: string;

  @ApiProperty({ format: 'byte', description: 'The result paper: PDF.', ...personalData('result.file') })
  @IsBase64()
  file!: string;

  @ApiProperty({ minLength: 3, maxLength: 200, description: 'Who registered it, and why outside. No personal data.' })
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

/** Body of `POST /api/v1/replays/{id}/approve`. */
export class ReplayApproval {
  @ApiProperty({ description: 'The plan’s `hash` as you saw it: it stands for selection, edits and dry run.' })
  @Matches(/^[0-9a-fA-F]{64}$/, { message: 'hash must be the 64 hexadecimal digits of the plan' })
  hash!: string;
}

export class ReplayActions {
  @ApiProperty({ description: 'Sent again.' })
  send!: number;
  @ApiProperty({ description: 'Settled: the partner has it, or people say so.' })
  settle!: number;
  @ApiProperty({ description: 'Given up.' })
  cancel!: number;
  @ApiProperty({ description: 'Left alone.' })
  skip!: number;
}

export class ReplayTotals {
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, description: 'Items by what was found.' })
  classes!: Readonly<Record<string, number>>;
  @ApiProperty({ type: ReplayActions })
  actions!: ReplayActions;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Items of which the partner would complain, by field.',
  })
  complaints!: Readonly<Record<string, number>>;
}

export class ReplayCounts {
  @ApiProperty()
  sent!: number;
  @ApiProperty()
  done!: number;
  @ApiProperty()
  failed!: number;
  @ApiProperty()
  settled!: number;
  @ApiProperty()
  cancelled!: number;
  @ApiProperty()
  skipped!: number;
}

/** Why a run has stopped itself. */
export class ReplayStop {
  @ApiProperty({ enum: ['prediction-changed', 'too-many-errors', 'too-slow', 'breaker-open', 'partner-held'] })
  code!: string;
  @ApiPropertyOptional({ description: 'Number of the item that showed it.' })
  item?: number;
  @ApiPropertyOptional()
  partner?: string;
  @ApiPropertyOptional({ enum: ITEM_CLASSES, description: 'What the dry run had found.' })
  expected?: ItemClass;
  @ApiPropertyOptional({ enum: ITEM_CLASSES, description: 'What was found now.' })
  found?: ItemClass;
  @ApiPropertyOptional()
  reasonCode?: string;
}

/** A replay plan, its dry run and its progress. */
export class ReplayView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: PLAN_ACTIONS })
  action!: string;
  @ApiProperty({ enum: PLAN_SOURCES })
  source!: string;
  @ApiProperty({ enum: PLAN_STATES })
  state!: string;
  @ApiProperty({ type: ReplaySelection })
  selection!: ReplaySelection;
  @ApiProperty()
  items!: number;
  @ApiProperty()
  dossiers!: number;
  @ApiProperty({ type: [String], nullable: true, description: 'Names of edited fields.' })
  editedFields!: readonly string[] | null;
  @ApiProperty()
  reasonCode!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ description: 'Account.' })
  requestedBy!: string;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty()
  ratePerSecond!: number;
  @ApiProperty()
  maxErrorShare!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  dryRunAt!: string | null;
  @ApiProperty({ description: 'Items that the dry run has looked at.' })
  looked!: number;
  @ApiProperty({ type: ReplayTotals, nullable: true })
  totals!: ReplayTotals | null;
  @ApiProperty({ type: String, nullable: true, description: 'What an approval is bound to.' })
  hash!: string | null;
  @ApiProperty({ type: Boolean, nullable: true })
  needsApproval!: boolean | null;
  @ApiProperty({ type: String, nullable: true })
  approvedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  approvalExpiresAt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  startedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
  @ApiProperty({ type: ReplayCounts })
  counts!: ReplayCounts;
  @ApiProperty({ description: 'Items that the run has not handled yet.' })
  left!: number;
  @ApiProperty({ description: 'Number of the wave: 1, 10, 100, … items.' })
  wave!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Until the rest is sent at its rate; waiting for the end of each wave comes on top.',
  })
  secondsLeft!: number | null;
  @ApiProperty({ type: ReplayStop, nullable: true })
  stop!: ReplayStop | null;
}

export class ReplayPage {
  @ApiProperty({ type: [ReplayView] })
  items!: ReplayView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** Evidence of a look at one item: codes, numbers and names of fields. */
export class ReplayFound {
  @ApiPropertyOptional()
  reasonCode?: string;
  @ApiPropertyOptional({ description: 'The partner’s number, or what the journal proves where it cannot be asked.' })
  status?: number;
  @ApiPropertyOptional()
  oneStopCode?: string;
  @ApiPropertyOptional({ description: 'The partner knows the dossier no more.' })
  isForgotten?: boolean;
  @ApiPropertyOptional({ type: 'array', items: { type: 'object' }, description: 'Field and problem.' })
  complaints?: readonly { field: string; problem: string }[];
  @ApiPropertyOptional({ description: 'Journal number of what it would overtake.' })
  newerSeq?: number;
}

export class ReplayItemView {
  @ApiProperty()
  number!: number;
  @ApiProperty({ format: 'uuid' })
  deliveryId!: string;
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ type: [String] })
  codes!: readonly string[];
  @ApiProperty()
  partner!: string;
  @ApiProperty()
  operation!: string;
  @ApiProperty()
  unit!: string;
  @ApiProperty({ enum: ['pending', 'released', 'done', 'failed', 'skipped'] })
  state!: string;
  @ApiProperty({ enum: ITEM_CLASSES, nullable: true, type: String })
  class!: string | null;
  @ApiProperty({ enum: ['send', 'settle', 'cancel', 'skip'], nullable: true, type: String })
  action!: string | null;
  @ApiProperty({ type: ReplayFound, nullable: true })
  found!: ReplayFound | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Delivery that carries it.' })
  sentId!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  releasedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

export class ReplayItemPage {
  @ApiProperty({ type: [ReplayItemView] })
  items!: ReplayItemView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
