import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';

const BY = ['certificate', 'subject'] as const;

export class NewCertificate {
  @ApiPropertyOptional({ description: 'The client certificate, PEM.' })
  @IsOptional()
  @IsString()
  @Length(100, 16_384)
  certificate?: string;

  @ApiPropertyOptional({
    enum: BY,
    default: 'certificate',
    description: 'This very certificate, or each one with its subject that an authority of TLS_CLIENT_CA_PATH issues.',
  })
  @IsOptional()
  @IsIn(BY)
  by?: 'certificate' | 'subject';

  @ApiPropertyOptional({ description: 'In place of the certificate: its SHA-256, 64 hex digits, colons allowed.' })
  @IsOptional()
  @Matches(/^(?:[0-9a-fA-F]{2}:?){32}$/, { message: 'sha256 must be 64 hex digits' })
  sha256?: string;
}

export class AddedCertificate {
  @ApiProperty({ format: 'uuid' })
  certificateId!: string;
}

export class CertificateView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'It is accepted now.' })
  isValid!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the certificate, base64url.' })
  sha256!: string | null;
  @ApiProperty({ type: String, nullable: true })
  subject!: string | null;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'A person ended it.' })
  endedAt!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true })
  lastUsedOn!: string | null;
}

export class CertificateList {
  @ApiProperty({ type: [CertificateView], description: 'Newest first.' })
  items!: CertificateView[];
}

export class EndedCertificate {
  @ApiProperty({ format: 'uuid' })
  certificateId!: string;
  @ApiProperty({ format: 'date-time' })
  endedAt!: string;
}
