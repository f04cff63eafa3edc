import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

/** A year; the installation sets its own maximum below it (`SECRET_OVERLAP_MAX_HOURS`). */
const MAX_OVERLAP_SECONDS = 31_622_400;

export class NewSecret {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    description: 'How long the secret before stays valid; 0 ends it at once; absent = `SECRET_OVERLAP_HOURS`.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_OVERLAP_SECONDS)
  overlapSeconds?: number;
}

/** The secret is shown here and stored nowhere. */
export class IssuedSecretView {
  @ApiProperty()
  clientId!: string;
  @ApiProperty({ format: 'uuid' })
  secretId!: string;
  @ApiProperty()
  clientSecret!: string;
  @ApiProperty({ format: 'date-time', description: 'Until then the secret before is valid as well.' })
  oldEndsAt!: string;
}

export class SecretView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'It is accepted now.' })
  isValid!: boolean;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'A person ended it.' })
  endedAt!: string | null;
  @ApiProperty({ type: String, format: 'date', nullable: true })
  lastUsedOn!: string | null;
}

export class SecretList {
  @ApiProperty({ type: [SecretView], description: 'Newest first.' })
  items!: SecretView[];
}

export class EndedSecret {
  @ApiProperty({ format: 'uuid' })
  secretId!: string;
  @ApiProperty({ format: 'date-time' })
  endedAt!: string;
}
