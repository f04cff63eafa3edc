import { ApiProperty } from '@nestjs/swagger';

/** Dossiers of one commune received on one day, by their state of now. */
export class ProgressView {
  @ApiProperty()
  unit!: string;
  @ApiProperty({ format: 'date', description: 'Local day of receipt.' })
  day!: string;
  @ApiProperty()
  received!: number;
  @ApiProperty({ type: Object, description: 'How many are in each state.' })
  byState!: Record<string, number>;
  @ApiProperty({ type: Object, description: 'How many of each procedure.' })
  byProcedure!: Record<string, number>;
}

export class ProgressPage {
  @ApiProperty({ type: [ProgressView] })
  items!: ProgressView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
