import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, ValidateNested } from 'class-validator';
import { WATCH_ACTIONS, WATCH_STATES } from '#replay';
import { ReplaySelection, ReplayWhy } from './replay';

/** Body of `POST /api/v1/watches`. */
export class NewWatch extends ReplayWhy {
  @ApiProperty({ type: ReplaySelection, description: 'Of dead letters: a partner, a group, or any other part.' })
  @ValidateNested()
  @Type(() => ReplaySelection)
  selection!: ReplaySelection;

  @ApiProperty({
    enum: WATCH_ACTIONS,
    description: 'When the cause is gone: make a plan, or start it where the policy asks for no second person.',
  })
  @IsIn(WATCH_ACTIONS)
  action!: (typeof WATCH_ACTIONS)[number];
}

/** Dead letters that are to be replayed when their cause is gone. */
export class WatchView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ type: ReplaySelection })
  selection!: ReplaySelection;
  @ApiProperty({ enum: WATCH_ACTIONS })
  action!: string;
  @ApiProperty()
  reasonCode!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ description: 'Account.' })
  placedBy!: string;
  @ApiProperty({ format: 'date-time' })
  placedAt!: string;
  @ApiProperty({ enum: WATCH_STATES })
  state!: string;
  @ApiProperty({ description: 'Looks in a row that succeeded.' })
  successes!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Last look.' })
  probedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: '`ready`, or why they could not be sent.' })
  finding!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The replay plan that it made.' })
  planId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  endedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endedAt!: string | null;
}

export class WatchPage {
  @ApiProperty({ type: [WatchView] })
  items!: WatchView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
