import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';

/** Body of a legal hold, and of the request to lift it. */
export class LegalHoldReason {
  @ApiProperty({ minLength: 10, maxLength: 200, description: 'Number of the file or case, and why. No personal data.' })
  @IsString()
  @Length(10, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

/** Keeps a dossier's content from being erased. */
export class LegalHoldView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'uuid' })
  dossierId!: string;
  @ApiProperty({ enum: ['standing', 'lift-requested', 'lifted'] })
  state!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty()
  placedBy!: string;
  @ApiProperty({ format: 'date-time' })
  placedAt!: string;
  @ApiProperty({ type: String, nullable: true })
  liftReason!: string | null;
  @ApiProperty({ type: String, nullable: true })
  liftRequestedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  liftExpiresAt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  liftedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  liftedAt!: string | null;
}

export class LegalHoldPage {
  @ApiProperty({ type: [LegalHoldView] })
  items!: LegalHoldView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
