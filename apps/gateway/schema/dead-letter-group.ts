import { ApiProperty } from '@nestjs/swagger';
import { PARTNER_IDS } from '#dossier';

/** Why, and what to do about it, in the officers' language. */
export class CauseView {
  @ApiProperty()
  id!: string;
  @ApiProperty()
  label!: string;
  @ApiProperty({ description: 'Which field, and whose rule.' })
  explanation!: string;
  @ApiProperty({ description: 'Whose side must act.' })
  responsible!: string;
  @ApiProperty({ description: 'The known fix.' })
  fix!: string;
}

/** Dead letters with one cause. */
export class DeadLetterGroupView {
  @ApiProperty()
  key!: string;
  @ApiProperty({
    type: CauseView,
    nullable: true,
    description: 'Null: nobody has described it yet (`config/causes.yaml`).',
  })
  cause!: CauseView | null;
  @ApiProperty({ enum: PARTNER_IDS })
  partner!: string;
  @ApiProperty()
  operation!: string;
  @ApiProperty({ type: [String] })
  reasonCodes!: readonly string[];
  @ApiProperty({ type: String, nullable: true })
  field!: string | null;
  @ApiProperty({ type: String, nullable: true })
  problem!: string | null;
  @ApiProperty()
  count!: number;
  @ApiProperty()
  dossiers!: number;
  @ApiProperty({ type: [String], description: 'Communes.' })
  units!: readonly string[];
  @ApiProperty({ format: 'date-time' })
  firstSeen!: string;
  @ApiProperty({ format: 'date-time' })
  lastSeen!: string;
}

export class DeadLetterGroupPage {
  @ApiProperty({ type: [DeadLetterGroupView] })
  items!: DeadLetterGroupView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
