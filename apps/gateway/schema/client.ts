import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { ROLES, type Role } from '#access';
import { IsAddressList, IsOperationList, IsRoleList, IsUnitList } from './access-lists';
import { QuotaBody } from './quota';

const KINDS = ['machine', 'person'] as const;
const MACHINE = ['machine'] as const;
const ALL_ROLES = [...ROLES];

export class NewClient {
  @ApiProperty({ example: 'mot-cua-tinh' })
  @Matches(/^[a-z][a-z0-9-]{2,62}$/, {
    message: 'id must begin with a letter and hold 3 to 63 small letters, digits and hyphens',
  })
  id!: string;

  @ApiProperty({ enum: MACHINE, description: 'People get accounts.' })
  @IsIn(MACHINE)
  kind!: 'machine';

  @ApiProperty({ enum: ALL_ROLES, isArray: true })
  @IsRoleList()
  roles!: Role[];

  @ApiPropertyOptional({ type: [String], description: 'Communes it is limited to; absent = all.' })
  @IsOptional()
  @IsUnitList()
  units?: string[];

  @ApiPropertyOptional({ type: [String], description: 'IP addresses or CIDR networks it may come from; absent = any.' })
  @IsOptional()
  @IsAddressList()
  addresses?: string[];

  @ApiPropertyOptional({ type: [String], description: 'Ids of operations it may use; absent = what its roles allow.' })
  @IsOptional()
  @IsOperationList()
  operations?: string[];

  @ApiPropertyOptional({ type: QuotaBody, description: 'Absent = no limit.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuotaBody)
  quota?: QuotaBody;

  @ApiPropertyOptional({ minLength: 3, maxLength: 200, description: 'Why; colleagues see it. No personal data.' })
  @IsOptional()
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason?: string;
}

export class ClientView {
  @ApiProperty()
  id!: string;
  @ApiProperty({ enum: KINDS })
  kind!: string;
  @ApiProperty({ enum: ALL_ROLES, isArray: true })
  roles!: readonly string[];
  @ApiProperty({ type: [String], nullable: true })
  units!: readonly string[] | null;
  @ApiProperty({ type: [String], nullable: true })
  addresses!: readonly string[] | null;
  @ApiProperty({ type: [String], nullable: true })
  operations!: readonly string[] | null;
  @ApiProperty({ type: QuotaBody })
  quota!: QuotaBody;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  disabledAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Stopped while a disabling is open.' })
  suspendedUntil!: string | null;
}

export class ClientPage {
  @ApiProperty({ type: [ClientView] })
  items!: ClientView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

/** The secret is shown here and stored nowhere; it works when the change is confirmed. */
export class ProposedClient {
  @ApiProperty()
  clientId!: string;
  @ApiProperty()
  clientSecret!: string;
  @ApiProperty({ format: 'uuid', description: 'Of the change that a second administrator confirms.' })
  requestId!: string;
  @ApiProperty({ format: 'date-time', description: 'It can be confirmed until then.' })
  expiresAt!: string;
}

export class StoppedClient {
  @ApiProperty()
  clientId!: string;
  @ApiProperty({ format: 'uuid', description: 'Of the change that a second administrator confirms.' })
  requestId!: string;
  @ApiProperty({
    format: 'date-time',
    description:
      'Until then the account stands still, unless it is an administrator’s; when nobody confirms it goes on.',
  })
  expiresAt!: string;
}
