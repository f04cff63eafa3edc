import { ApiProperty } from '@nestjs/swagger';

/** An entry with its place in the sealed log (CONTRACTS §6). */
export class SyncLogItem {
  @ApiProperty({ description: 'Of the leaf, from 0.' })
  index!: number;
  @ApiProperty({ type: Object, nullable: true, description: 'Null when its bytes are no entry any more.' })
  entry!: object | null;
  @ApiProperty({ format: 'byte', description: 'SHA-256(0x00 ‖ RFC 8785 form of the entry).' })
  leafHash!: string;
}

export class SyncLogPage {
  @ApiProperty({ type: [SyncLogItem] })
  items!: SyncLogItem[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class EvidenceSubjectView {
  @ApiProperty({ description: 'The code that was asked for.' })
  code!: string;
}

export class EvidenceEntry {
  @ApiProperty({ description: 'Of the leaf, from 0.' })
  index!: number;
  @ApiProperty({ description: 'The leaf’s bytes as a text.' })
  entry!: string;
  @ApiProperty({
    type: [String],
    description: 'Inclusion proof, from the leaf’s side to the root’s; base64 of 32 bytes.',
  })
  proof!: string[];
}

/** Entries with proofs under one checkpoint, to be checked offline. */
export class EvidenceFile {
  @ApiProperty({ enum: ['lienthong-evidence/1'] })
  format!: string;
  @ApiProperty({ description: 'Name of the log.' })
  origin!: string;
  @ApiProperty({ description: 'Verifier key of the log; get it on a second way, too.' })
  logKey!: string;
  @ApiProperty({ description: 'The signed checkpoint (C2SP signed-note).' })
  checkpoint!: string;
  @ApiProperty({ type: EvidenceSubjectView })
  subject!: EvidenceSubjectView;
  @ApiProperty({ type: [EvidenceEntry] })
  entries!: EvidenceEntry[];
}
