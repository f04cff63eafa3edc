import { ApiProperty } from '@nestjs/swagger';
import { CauseView } from './dead-letter-group';

/** Open items with one cause. */
export class QuarantineGroupView {
  @ApiProperty({ description: 'Stable as long as source, stage, reason and field are the same.' })
  key!: string;
  @ApiProperty({
    type: CauseView,
    nullable: true,
    description: 'Null: nobody has described it yet (`config/quarantine-causes.yaml`).',
  })
  cause!: CauseView | null;
  @ApiProperty()
  source!: string;
  @ApiProperty()
  stage!: string;
  @ApiProperty()
  reasonCode!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Which element of a list does not matter: `[]`.' })
  field!: string | null;
  @ApiProperty({ description: 'Whose side must act.' })
  responsible!: string;
  @ApiProperty()
  count!: number;
  @ApiProperty({ type: [String], description: 'Communes as the source wrote them, where they could be read.' })
  units!: readonly string[];
  @ApiProperty({ format: 'date-time' })
  firstSeen!: string;
  @ApiProperty({ format: 'date-time' })
  lastSeen!: string;
}

export class QuarantineGroupPage {
  @ApiProperty({ type: [QuarantineGroupView] })
  items!: QuarantineGroupView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
