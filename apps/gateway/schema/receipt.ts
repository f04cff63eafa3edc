import { ApiProperty } from '@nestjs/swagger';

/** Signed receipt (CONTRACTS §2): digest = SHA-256(salt ‖ RFC 8785 body); Ed25519 over the RFC 8785 form of the rest. */
export class ReceiptView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'date-time' })
  at!: string;
  @ApiProperty()
  clientId!: string;
  @ApiProperty()
  operation!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  dossierId!: string | null;
  @ApiProperty({ format: 'byte' })
  contentDigest!: string;
  @ApiProperty({ format: 'byte' })
  salt!: string;
  @ApiProperty({ format: 'byte' })
  leafHash!: string;
  @ApiProperty()
  keyId!: string;
  @ApiProperty({ format: 'byte' })
  signature!: string;
}
