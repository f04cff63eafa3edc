import { ApiProperty } from '@nestjs/swagger';

/** How it goes with one outside system. */
export class PartnerView {
  @ApiProperty()
  id!: string;
  @ApiProperty({ enum: ['closed', 'open', 'half-open'] })
  breaker!: string;
  @ApiProperty({ description: 'A hold of the whole partner is in force.' })
  held!: boolean;
  @ApiProperty({ description: 'Deliveries that are neither settled nor cancelled.' })
  open!: number;
  @ApiProperty({ type: Object, description: 'The open ones by status.' })
  byStatus!: Record<string, number>;
  @ApiProperty({ description: 'Lanes that a dead letter has stopped.' })
  parkedLanes!: number;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Creation of the oldest open delivery.',
  })
  oldestOpenAt!: string | null;
  @ApiProperty({ type: Number, nullable: true })
  oldestOpenAgeSeconds!: number | null;
}

export class PartnerPage {
  @ApiProperty({ type: [PartnerView] })
  items!: PartnerView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
