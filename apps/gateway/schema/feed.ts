import { ApiProperty } from '@nestjs/swagger';

export class FeedItem {
  @ApiProperty()
  position!: number;
  @ApiProperty({ example: 'vn.lienthong.registration.completed.v1' })
  type!: string;
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  dossierId!: string | null;
  @ApiProperty({ type: Object })
  codes!: Record<string, unknown>;
  @ApiProperty({ type: Object })
  data!: Record<string, unknown>;
}

export class FeedPage {
  @ApiProperty({ type: [FeedItem] })
  items!: FeedItem[];
  @ApiProperty({ description: 'Position to ask after next time.' })
  next!: number;
}
