import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { ROLES } from '#access';

const HOW = ['password', 'oidc', 'token'] as const;
const STEPS = ['password', 'totp'] as const;
const MAX_PASSWORD = 128;
const CODE = /^\d{6}$/;

/** Body of `POST /api/v1/session`. */
export class NewSession {
  @ApiProperty({ maxLength: 100 })
  @IsString()
  @Length(1, 100)
  username!: string;

  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD })
  @IsString()
  @Length(1, MAX_PASSWORD)
  password!: string;

  @ApiPropertyOptional({ description: 'Six digits of the authenticator app; where the account has one.' })
  @IsOptional()
  @Matches(CODE)
  totp?: string;
}

/** A session that was opened, or took the place of the one before. */
export class OpenedSessionView {
  @ApiProperty({ description: 'Account.' })
  clientId!: string;
  @ApiProperty({ description: 'Sent as X-CSRF-Token with every method but GET.' })
  csrfToken!: string;
  @ApiProperty({ format: 'date-time', description: 'Absolute end.' })
  expiresAt!: string;
}

/** Who is logged in. */
export class SessionView {
  @ApiProperty({ description: 'Account.' })
  clientId!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Of the own account; null for what is no person’s.' })
  username!: string | null;
  @ApiProperty({ enum: ['machine', 'person'] })
  kind!: string;
  @ApiProperty({ enum: [...ROLES], isArray: true })
  roles!: readonly string[];
  @ApiProperty({ type: [String], nullable: true, description: 'Communes it is limited to; null = all.' })
  units!: readonly string[] | null;
  @ApiProperty({ enum: HOW, description: '`token`: by bearer token or client certificate, without a session.' })
  how!: (typeof HOW)[number];
  @ApiProperty({
    enum: STEPS,
    isArray: true,
    description: 'What has to be done before anything else: set a password, set up one-time codes.',
  })
  pending!: readonly string[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Sent as X-CSRF-Token with every method but GET; null without a session.',
  })
  csrfToken!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Absolute end.' })
  expiresAt!: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Without a request for so long it ends before.' })
  idleSeconds!: number | null;
}

export class EndedSession {
  @ApiProperty({ format: 'date-time' })
  endedAt!: string;
}

/** Body of `POST /api/v1/session/password`. */
export class NewPassword {
  @ApiProperty({ format: 'password', maxLength: MAX_PASSWORD })
  @IsString()
  @Length(1, MAX_PASSWORD)
  currentPassword!: string;

  @ApiProperty({
    format: 'password',
    maxLength: MAX_PASSWORD,
    description: 'At least 14 characters; 8 where the account has one-time codes.',
  })
  @IsString()
  @Length(1, MAX_PASSWORD)
  newPassword!: string;
}

/** Shown once. */
export class TotpSecretView {
  @ApiProperty({ description: 'Base32; RFC 6238 with SHA-1, six digits, 30 s.' })
  secret!: string;
  @ApiProperty({ description: 'The same as `otpauth://` address, for a QR code.' })
  uri!: string;
}

/** Body of `POST /api/v1/session/totp/confirm`. */
export class TotpCode {
  @ApiProperty({ example: '123456' })
  @Matches(CODE)
  totp!: string;
}

export class TotpEnrolled {
  @ApiProperty({ format: 'date-time' })
  enrolledAt!: string;
}
