import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsOptional, IsString, IsUrl, Length, Matches } from 'class-validator';
import { ASKABLE_KINDS, CHANGE_KINDS, ROLES, type ChangeKind, type Role } from '#access';
import { IsAddressList, IsOperationList, IsRoleList, IsUnitList } from './access-lists';

const ALL_ROLES = [...ROLES];
const STATES = ['open', 'confirmed', 'declined', 'expired'] as const;

/** Why; every proposal says it. */
class Reasoned {
  @ApiProperty({ minLength: 3, maxLength: 200, description: 'Why; colleagues see it. No personal data.' })
  @IsString()
  @Length(3, 200)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

/** Body of `POST /api/v1/accounts`. */
export class NewAccount extends Reasoned {
  @ApiProperty({ example: 'cb-0412', description: 'Stands in the sync log: no name of a person.' })
  @Matches(/^[a-z][a-z0-9-]{2,62}$/, {
    message: 'id must begin with a letter and hold 3 to 63 small letters, digits and hyphens',
  })
  id!: string;

  @ApiProperty({ description: 'What the person types; not case-sensitive. Shown to administrators only.' })
  @Matches(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{2,62}$/u, {
    message: 'username must hold 3 to 63 letters, digits, dots, hyphens, underscores or @',
  })
  username!: string;

  @ApiProperty({ enum: ALL_ROLES, isArray: true })
  @IsRoleList()
  roles!: Role[];

  @ApiPropertyOptional({ type: [String], description: 'Communes it is limited to; absent = all.' })
  @IsOptional()
  @ArrayNotEmpty()
  @IsUnitList()
  units?: string[];

  @ApiPropertyOptional({ type: [String], description: 'IP addresses or CIDR networks it may come from; absent = any.' })
  @IsOptional()
  @ArrayNotEmpty()
  @IsAddressList()
  addresses?: string[];
}

/** Body of `POST /api/v1/access-changes`. Lists are given whole; null takes the limit away. */
export class NewAccessChange extends Reasoned {
  @ApiProperty({ enum: ASKABLE_KINDS })
  @IsIn(ASKABLE_KINDS)
  kind!: ChangeKind;

  @ApiProperty({ description: 'Account of a person or machine.' })
  @Matches(/^[a-z][a-z0-9-]{2,62}$/)
  clientId!: string;

  @ApiPropertyOptional({ enum: ALL_ROLES, isArray: true, description: 'For `set-access`.' })
  @IsOptional()
  @IsRoleList()
  roles?: Role[];

  @ApiPropertyOptional({ type: [String], nullable: true, description: 'For `set-access`.' })
  @IsOptional()
  @ArrayNotEmpty()
  @IsUnitList()
  units?: string[] | null;

  @ApiPropertyOptional({ type: [String], nullable: true, description: 'For `set-access`.' })
  @IsOptional()
  @ArrayNotEmpty()
  @IsAddressList()
  addresses?: string[] | null;

  @ApiPropertyOptional({ type: [String], nullable: true, description: 'For `set-access`.' })
  @IsOptional()
  @ArrayNotEmpty()
  @IsOperationList()
  operations?: string[] | null;

  @ApiPropertyOptional({ description: 'For `link-oidc`: `iss` of the identity provider.' })
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  issuer?: string;

  @ApiPropertyOptional({ description: 'For `link-oidc`: value of the claim that names the account there.' })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  subject?: string;
}

/** What is to be; which members there are depends on the kind. */
export class ChangeContentView {
  @ApiPropertyOptional({ enum: ['machine', 'person'] })
  kind?: string;
  @ApiPropertyOptional({ description: 'Shown to administrators only.' })
  username?: string;
  @ApiPropertyOptional({ enum: ALL_ROLES, isArray: true })
  roles?: readonly string[];
  @ApiPropertyOptional({ type: [String], nullable: true })
  units?: readonly string[] | null;
  @ApiPropertyOptional({ type: [String], nullable: true })
  addresses?: readonly string[] | null;
  @ApiPropertyOptional({ type: [String], nullable: true })
  operations?: readonly string[] | null;
  @ApiPropertyOptional({ type: Object, description: 'Requests in a minute and in a day.' })
  quota?: object;
  @ApiPropertyOptional()
  issuer?: string;
  @ApiPropertyOptional({ description: 'Shown to administrators only.' })
  subject?: string;
}

/** A proposed change of an account. */
export class AccessChangeView {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: CHANGE_KINDS })
  kind!: string;
  @ApiProperty({ description: 'Account that it is about.' })
  clientId!: string;
  @ApiProperty({ type: ChangeContentView })
  content!: ChangeContentView;
  @ApiProperty()
  reason!: string;
  @ApiProperty({ enum: STATES })
  state!: string;
  @ApiProperty({ description: 'Account.' })
  proposedBy!: string;
  @ApiProperty({ format: 'date-time' })
  proposedAt!: string;
  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Account; of a confirmed one never the proposer.' })
  decidedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  decidedAt!: string | null;
}

export class AccessChangePage {
  @ApiProperty({ type: [AccessChangeView] })
  items!: AccessChangeView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ConfirmedChangeView extends AccessChangeView {
  @ApiPropertyOptional({
    description:
      'Second half of a first password, shown here and stored nowhere; the first half was shown to the proposer.',
  })
  firstPasswordPart?: string;
}

export class ProposedAccountChange {
  @ApiProperty({ type: AccessChangeView })
  change!: AccessChangeView;
  @ApiPropertyOptional({
    description:
      'First half of the first password of a new account or a reset, shown here and stored nowhere. The second half is shown to whoever confirms.',
  })
  firstPasswordPart?: string;
}

/** A person's account. */
export class AccountView {
  @ApiProperty()
  id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'For administrators only.' })
  username!: string | null;
  @ApiProperty({ enum: ALL_ROLES, isArray: true })
  roles!: readonly string[];
  @ApiProperty({ type: [String], nullable: true })
  units!: readonly string[] | null;
  @ApiProperty()
  hasPassword!: boolean;
  @ApiProperty({ description: 'One-time codes are set up.' })
  hasTotp!: boolean;
  @ApiProperty({ description: 'Linked to the identity provider.' })
  isLinked!: boolean;
  @ApiProperty()
  mustChangePassword!: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lockedUntil!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Stopped while a disabling is open.' })
  suspendedUntil!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  disabledAt!: string | null;
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ format: 'date-time', description: 'Last log-in; disabled 45 days after it.' })
  activeAt!: string;
  @ApiProperty({ format: 'date-time' })
  reviewedAt!: string;
  @ApiProperty({ description: 'Account.' })
  reviewedBy!: string;
  @ApiProperty({ format: 'date-time' })
  reviewDueAt!: string;
}

export class AccountPage {
  @ApiProperty({ type: [AccountView] })
  items!: AccountView[];
  @ApiProperty({ type: String, nullable: true })
  next!: string | null;
}

export class ReviewedAccount {
  @ApiProperty()
  clientId!: string;
  @ApiProperty({ format: 'date-time' })
  reviewedAt!: string;
}
