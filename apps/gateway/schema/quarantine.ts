import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QUARANTINE_STATES } from '#intake';

export class QuarantineCodes {
  @ApiPropertyOptional()
  dvclt?: string;
  @ApiPropertyOptional()
  oneStop?: string;
}

/** An inbound item that was not understood (CONTRACTS §2). */
export class QuarantineView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  source!: string;
  @ApiProperty({ type: QuarantineCodes })
  codes!: QuarantineCodes;
  @ApiProperty({ description: 'Stage of decoding that failed.' })
  stage!: string;
  @ApiProperty()
  reasonCode!: string;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ type: String, nullable: true })
  field!: string | null;
  @ApiProperty({ description: 'Whose side must act.' })
  responsible!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Commune as the source wrote it, where it could be read.' })
  unit!: string | null;
  @ApiProperty({ format: 'date-time' })
  firstSeen!: string;
  @ApiProperty({ format: 'date-time' })
  lastSeen!: string;
  @ApiProperty({ description: 'How often it came.' })
  seen!: number;
  @ApiProperty({ enum: QUARANTINE_STATES })
  state!: string;
}

export class QuarantinePage {
  @ApiProperty({ type: [QuarantineView] })
  items!: QuarantineView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
