import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { MAX_QUARANTINE_ITEMS } from '#intake';

/** One item, some, or a whole group: either `ids` or `group`. */
export class SelectedQuarantine {
  @ApiPropertyOptional({ type: [String], format: 'uuid', minItems: 1, maxItems: MAX_QUARANTINE_ITEMS })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_QUARANTINE_ITEMS)
  @IsUUID(undefined, { each: true })
  ids?: string[];

  @ApiPropertyOptional({
    description: `Key of a group: its open items, at most ${MAX_QUARANTINE_ITEMS} of them a request.`,
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{16}$/)
  group?: string;
}

/** Body of `POST /api/v1/quarantine/give-up`. */
export class NewGiveUp extends SelectedQuarantine {
  @ApiProperty({ minLength: 3, maxLength: 200, description: 'Why; colleagues see it. No personal data.' })
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

/** Body of `POST /api/v1/quarantine/requests/{id}/approve`. */
export class GiveUpApproval {
  @ApiProperty({ description: '`setDigest` of the request as the approver was shown it.' })
  @Matches(/^[0-9a-f]{64}$/)
  setDigest!: string;
}

/** An item that was asked for and is not touched. */
export class SkippedItemView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: ['changed', 'not-open', 'unknown'] })
  why!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Its state now.' })
  state!: string | null;
}

export class RerunTaken {
  @ApiProperty({ type: [String], format: 'uuid', description: 'Items that this request took, and no other.' })
  taken!: readonly string[];
  @ApiProperty({ type: [SkippedItemView] })
  skipped!: readonly SkippedItemView[];
  @ApiProperty({ description: 'Open items of the group that are left for the next request.' })
  remaining!: number;
}

/** A request to give items up. */
export class GiveUpRequestView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: ['open', 'approved', 'withdrawn', 'expired'] })
  state!: string;
  @ApiProperty({ type: [String], format: 'uuid', description: 'The frozen set.' })
  items!: readonly string[];
  @ApiProperty({ description: 'SHA-256, hex, of the frozen set: ids, and what each is in quarantine for.' })
  setDigest!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ description: 'Account.' })
  requestedBy!: string;
  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;
  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Account; never the one who asked.' })
  approvedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  approvedAt!: string | null;
  @ApiProperty({ type: [String], format: 'uuid', nullable: true, description: 'Items that were given up.' })
  givenUp!: readonly string[] | null;
  @ApiProperty({
    type: [SkippedItemView],
    nullable: true,
    description:
      'Items that changed or left since and were not touched; in the answer to the request itself: what it does not name.',
  })
  skipped!: readonly SkippedItemView[] | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the account that asked took it back.',
  })
  withdrawnAt!: string | null;
}

export class NewGiveUpRequestView extends GiveUpRequestView {
  @ApiProperty({ description: 'Open items of the group beyond the bound of one request.' })
  remaining!: number;
}

export class GiveUpRequestPage {
  @ApiProperty({ type: [GiveUpRequestView] })
  items!: GiveUpRequestView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
