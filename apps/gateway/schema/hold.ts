import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsISO8601, IsNumber, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { HOLD_STATES } from '#delivery';
import { INSTANT } from '../http/instant';

/** Lanes a second; the slowest is one in about two minutes. */
const [MIN_RATE, MAX_RATE] = [0.01, 1_000];

/** Body of `POST /api/v1/partners/{id}/holds`. */
export class NewHold {
  @ApiPropertyOptional({ description: 'Only deliveries of this operation, and what stands behind them.' })
  @IsOptional()
  @Matches(/^[a-z-]{1,64}$/)
  operation?: string;

  @ApiPropertyOptional({ description: 'Only this five-digit commune.' })
  @IsOptional()
  @Matches(/^\d{5}$/)
  unit?: string;

  @ApiPropertyOptional({ description: 'Only the lane of this dossier: any of its codes.' })
  @IsOptional()
  @Matches(/^[\p{L}\p{N} ._/:-]{1,100}$/u)
  dossier?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Begin of a planned window. Absent: now.' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'startsAt must be RFC 3339 with an offset' })
  startsAt?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'End of a planned window; it is released then.' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(INSTANT, { message: 'endsAt must be RFC 3339 with an offset' })
  endsAt?: string;

  @ApiProperty({
    minLength: 3,
    maxLength: 200,
    description: 'Why; everybody who sees the partner sees it. No personal data.',
  })
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;

  @ApiPropertyOptional({ minimum: MIN_RATE, maximum: MAX_RATE, description: 'Lanes a second when it is released.' })
  @IsOptional()
  @IsNumber()
  @Min(MIN_RATE)
  @Max(MAX_RATE)
  releasePerSecond?: number;
}

/** Body of `POST /api/v1/holds/{id}/release`. */
export class HoldRelease {
  @ApiPropertyOptional({
    minimum: MIN_RATE,
    maximum: MAX_RATE,
    type: Number,
    nullable: true,
    description: 'Lanes a second; null: no limit; absent: as the hold says.',
  })
  @IsOptional()
  @IsNumber()
  @Min(MIN_RATE)
  @Max(MAX_RATE)
  ratePerSecond?: number | null;

  @ApiPropertyOptional({ default: true, description: 'One lane goes first, the others when it got through.' })
  @IsOptional()
  @IsBoolean()
  canary?: boolean;
}

/** A hold in force whose window has not begun is `planned`. */
export const HOLD_VIEW_STATES = ['planned', ...HOLD_STATES] as const;

/** A stop of a partner, and how much stands behind it. */
export class HoldView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  partner!: string;
  @ApiProperty({ type: String, nullable: true })
  operation!: string | null;
  @ApiProperty({ type: String, nullable: true })
  unit!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  dossierId!: string | null;
  @ApiProperty({ enum: HOLD_VIEW_STATES })
  state!: (typeof HOLD_VIEW_STATES)[number];
  @ApiProperty({ format: 'date-time' })
  startsAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endsAt!: string | null;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ description: 'Account.' })
  placedBy!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  releasedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Account; `calendar` when its window ended.' })
  releasedBy!: string | null;
  @ApiProperty({ type: Number, nullable: true })
  releasePerSecond!: number | null;
  @ApiProperty({ description: 'Deliveries in its scope that wait.' })
  deliveries!: number;
  @ApiProperty({ description: 'Dossiers that they belong to.' })
  lanes!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Creation of the oldest of them.' })
  oldestAt!: string | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Forecast of the drain at its rate, from its beginning or from now.',
  })
  drainSeconds!: number | null;
}

export class HoldPage {
  @ApiProperty({ type: [HoldView] })
  items!: HoldView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
