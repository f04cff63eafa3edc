import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { SKIP_REASONS, type SkipReason } from '#webhooks';

const STATES = ['running', 'stopped'] as const;

export class WebhookView {
  @ApiProperty()
  id!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Account in whose name it posts; null = none: it carries the events of all communes.',
  })
  client!: string | null;
  @ApiProperty({ enum: STATES })
  state!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is stopped.' })
  reasonCode!: string | null;
  @ApiProperty({ description: 'All events of the feed up to here were taken, or are not for the receiver.' })
  position!: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Events that wait, of the communes of its account where it has one; null while that account is unknown.',
  })
  lagPositions!: number | null;
  @ApiProperty({
    description:
      'More may wait: the events of some communes are counted within 10,000 positions of the feed, and it is further behind.',
  })
  isLagLowerBound!: boolean;
  @ApiProperty({
    description: 'Positions of the feed from where it is to the newest event, whoever they are for.',
  })
  behindPositions!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastSuccessAt!: string | null;
  @ApiProperty({ description: 'In a row.' })
  failures!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Of the last failure.' })
  failureCode!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  failingSince!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Not posted to before then.' })
  postAfter!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Of the newest key that it signs with.' })
  keyId!: string | null;
}

export class WebhookList {
  @ApiProperty({ type: [WebhookView] })
  items!: WebhookView[];
}

/** Body of `POST /api/v1/webhooks/{id}/skip`. */
export class SkipWebhookEvent {
  @ApiProperty({ minimum: 1, description: 'Of the event at the head: the position of the webhook and one.' })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  position!: number;

  @ApiProperty({ enum: SKIP_REASONS })
  @IsIn(SKIP_REASONS)
  reasonCode!: SkipReason;
}

export class ChangedWebhook {
  @ApiProperty()
  id!: string;
  @ApiProperty({ enum: STATES })
  state!: string;
}
