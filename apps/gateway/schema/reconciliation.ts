import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, ArrayUnique, IsArray, IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import { PARTNER_IDS, type PartnerId } from '#dossier';
import {
  DISCREPANCY_CLASSES,
  DISCREPANCY_STATES,
  RECONCILIATION_CAUSES,
  RECONCILIATION_STATES,
  type DiscrepancyClass,
} from '#reconciliation';
import { INSTANT } from '../http/instant';
import { ReplayTerms } from './replay';

/** Mutable copies: the OpenAPI decorators take no read-only lists. */
const CLASSES = [...DISCREPANCY_CLASSES];
const RUN_STATES = [...RECONCILIATION_STATES];

/** Body of `POST /api/v1/reconciliations`. */
export class NewReconciliation {
  @ApiProperty({ enum: PARTNER_IDS })
  @IsIn(PARTNER_IDS)
  partner!: PartnerId;

  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'Dossiers that we stored from then on. Absent: the days before `to` that `config/reconciliation.yaml` gives.',
  })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'from must be RFC 3339 with an offset' })
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Not included. Absent: now.' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'to must be RFC 3339 with an offset' })
  to?: string;
}

/** Body of `POST /api/v1/reconciliations/{id}/replay`. */
export class DiscrepancyReplay extends ReplayTerms {
  @ApiPropertyOptional({ enum: CLASSES, isArray: true, description: 'Only differences of these classes. Absent: all.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(DISCREPANCY_CLASSES, { each: true })
  classes?: DiscrepancyClass[];
}

/** Dossiers so far, each counted once; `calls` are those made to the partner. */
export class ReconciliationCountsView {
  @ApiProperty()
  agreed!: number;
  @ApiProperty({ description: 'With what only the partner has.' })
  differing!: number;
  @ApiProperty({
    description:
      'The partner answered, and the answer was not understood; rows of its list that could not be read, too.',
  })
  unreadable!: number;
  @ApiProperty({ description: 'Nothing is known of these.' })
  notLookedAt!: number;
  @ApiProperty()
  calls!: number;
}

/** One comparison with one partner. */
export class ReconciliationView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: PARTNER_IDS })
  partner!: string;
  @ApiProperty({ enum: [...RECONCILIATION_CAUSES] })
  cause!: string;
  @ApiProperty({
    enum: RUN_STATES,
    description:
      '`stopped`: it ended before it had looked at everything. `skipped`: it was due and was not made. Neither is a clean result.',
  })
  state!: string;
  @ApiProperty({ format: 'date-time', description: 'Of the dossiers that we stored from then on.' })
  from!: string;
  @ApiProperty({ format: 'date-time', description: 'Not included.' })
  to!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Account; null by schedule.' })
  requestedBy!: string | null;
  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
  @ApiProperty({ type: ReconciliationCountsView })
  counts!: ReconciliationCountsView;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Why dossiers were not looked at: reason code and number.',
  })
  notLookedAtBecause!: Readonly<Record<string, number>>;
  @ApiProperty({
    type: Boolean,
    description:
      'It ended, looked at everything, its list too, and everything agrees. False says nothing but that: look at `counts`.',
  })
  isClean!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Why it stopped or was skipped.' })
  reasonCode!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Of the last call without a usable answer; of a run that ended, of the one for which it stopped (`partner-away`) or left the list, e.g. `http.5xx`.',
  })
  failureCode!: string | null;
  @ApiProperty({
    description: 'The list of the partner could not be read to its end: what only it has may not have been found.',
  })
  listFailed!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Account that stopped it.' })
  stoppedBy!: string | null;
}

export class ReconciliationPage {
  @ApiProperty({ type: [ReconciliationView] })
  items!: ReconciliationView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** A difference between a partner and us, from the run that saw it first to the one that saw it no more. */
export class DiscrepancyView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: PARTNER_IDS })
  partner!: string;
  @ApiProperty({ enum: CLASSES })
  class!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null: only the partner has it.' })
  dossierId!: string | null;
  @ApiProperty({ type: [String], description: 'Codes of the dossier: ours, or those that the partner gave.' })
  codes!: readonly string[];
  @ApiProperty({ type: String, nullable: true, description: 'Five-digit commune.' })
  unit!: string | null;
  @ApiProperty({ type: String, nullable: true })
  procedure!: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Status number that we expect at the partner.' })
  ours!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Status number that it gave.' })
  theirs!: number | null;
  @ApiProperty({ description: 'What must have happened, e.g. `partner-lost-it`.' })
  cause!: string;
  @ApiProperty({ enum: [...PARTNER_IDS, 'gateway'], description: 'Who has to do something.' })
  responsible!: string;
  @ApiProperty({ enum: [...DISCREPANCY_STATES] })
  state!: string;
  @ApiProperty({ format: 'date-time' })
  firstSeenAt!: string;
  @ApiProperty({ format: 'date-time' })
  lastSeenAt!: string;
  @ApiProperty({ description: 'From the first time that it was seen to its end, or to now.' })
  ageSeconds!: number;
  @ApiProperty({ description: 'Runs that saw it.' })
  seen!: number;
  @ApiProperty({ format: 'uuid', description: 'Run that saw it last.' })
  reconciliationId!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  closedAt!: string | null;
  @ApiProperty({
    description:
      'Telling the partner again what it was told before could heal it: `POST /api/v1/reconciliations/{id}/replay`.',
  })
  canBeToldAgain!: boolean;
}

export class DiscrepancyPage {
  @ApiProperty({ type: [DiscrepancyView] })
  items!: DiscrepancyView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
