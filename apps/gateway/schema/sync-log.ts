import { ApiProperty } from '@nestjs/swagger';

/** An entry with its place in the log (CONTRACTS §6). */
export class SyncLogItem {
  @ApiProperty({ type: Number, nullable: true, description: 'Leaf index; null until the entry is numbered.' })
  leafIndex!: number | null;
  @ApiProperty({ format: 'byte', description: 'SHA-256(0x00 ‖ RFC 8785 form of the entry).' })
  leafHash!: string;
  @ApiProperty({ type: Object })
  entry!: Record<string, unknown>;
}

export class SyncLogPage {
  @ApiProperty({ type: [SyncLogItem] })
  items!: SyncLogItem[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}
