import { ApiProperty } from '@nestjs/swagger';

/** How far it was compared with us. */
export class PartnerReconciliation {
  @ApiProperty({ type: Number, nullable: true, description: 'Since the last run that was finished; null before it.' })
  finishedAgeSeconds!: number | null;
  @ApiProperty({ description: 'Runs of the last 31 days that were due and were not made.' })
  skipped!: number;
  @ApiProperty({ description: 'Open differences.' })
  open!: number;
}

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
  @ApiProperty({ type: PartnerReconciliation })
  reconciliation!: PartnerReconciliation;
}

export class PartnerPage {
  @ApiProperty({ type: [PartnerView] })
  items!: PartnerView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
