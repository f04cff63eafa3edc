import { ApiProperty } from '@nestjs/swagger';

/** The keys that the sync log has had. */
export class LogKeysView {
  @ApiProperty({ enum: ['lienthong-log-keys/1'] })
  format!: string;

  @ApiProperty({ description: 'Verifier key with which the log began (C2SP signed-note)' })
  first!: string;

  @ApiProperty({
    type: [String],
    description: 'For each later key a signed note of the one before and of the new one, the oldest first',
  })
  statements!: string[];
}
