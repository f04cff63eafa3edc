import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { CLASSIFIABLE_OUTCOMES, type ClassifiableOutcome } from '#delivery';
import { personalData } from '#privacy';
import { RuleView } from './delivery';

const SCOPES = ['this', 'text'] as const;

/** Body of `POST /api/v1/deliveries/{id}/classification` (CONTRACTS §2). */
export class NewClassification {
  @ApiProperty({ enum: CLASSIFIABLE_OUTCOMES })
  @IsIn(CLASSIFIABLE_OUTCOMES)
  outcome!: ClassifiableOutcome;

  @ApiProperty({ enum: SCOPES, description: '`text`: also every other answer with exactly this text, from now on.' })
  @IsIn(SCOPES)
  scope!: 'this' | 'text';

  @ApiPropertyOptional({
    maxLength: 1_000,
    description: 'Sealed with the dossier.',
    ...personalData('officer.note'),
  })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  reason?: string;
}

/** What became of the delivery, and the rule that was made. */
export class ClassificationAnswer {
  @ApiProperty({ format: 'uuid' })
  deliveryId!: string;
  @ApiProperty({ enum: CLASSIFIABLE_OUTCOMES })
  outcome!: ClassifiableOutcome;
  @ApiProperty({ description: 'State of the delivery now.' })
  status!: string;
  @ApiProperty({ type: RuleView, nullable: true })
  rule!: RuleView | null;
  @ApiProperty({ description: 'Other deliveries that wait over the same text and follow within seconds.' })
  following!: number;
}
