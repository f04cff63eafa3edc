import type { Role } from '../../identity/domain/roles';
import type { Quota } from '../../identity/ports';

/** What a change of access does when it is confirmed. */
export const CHANGE_KINDS = [
  'create-client',
  'create-account',
  'set-access',
  'disable',
  'enable',
  'reset-password',
  'reset-totp',
  'link-oidc',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];
/** Those that one may ask for by name; accounts and clients are made by their own routes. */
export const ASKABLE_KINDS = CHANGE_KINDS.filter((kind) => !kind.startsWith('create-'));

export type ChangeState = 'open' | 'confirmed' | 'declined' | 'expired';

/** Hours in which the second administrator may confirm. */
const CONFIRM_HOURS = 24;

/** What is to be; which members there are depends on the kind. */
export interface ChangeContent {
  kind?: 'machine' | 'person';
  username?: string;
  roles?: readonly Role[];
  /** null = all. */
  units?: readonly string[] | null;
  addresses?: readonly string[] | null;
  operations?: readonly string[] | null;
  quota?: Quota;
  issuer?: string;
  subject?: string;
}

/** A proposed change of an account. Frozen when it is proposed. */
export interface AccessChange {
  id: string;
  kind: ChangeKind;
  clientId: string;
  content: ChangeContent;
  /** Hash of the secret or first password that it brings. */
  secretHash: string | null;
  reason: string;
  proposedBy: string;
  proposedAt: Date;
  expiresAt: Date;
  state: ChangeState;
  decidedBy: string | null;
  decidedAt: Date | null;
}

export function changeExpiry(now: Date): Date {
  return new Date(now.getTime() + CONFIRM_HOURS * 3_600_000);
}

export function isDue(change: Pick<AccessChange, 'state' | 'expiresAt'>, now: Date): boolean {
  return change.state === 'open' && change.expiresAt.getTime() <= now.getTime();
}

export type DecisionRefusal = 'own-request' | 'access-change-not-open' | 'access-change-expired';

/** Why this administrator may not confirm it now. An account is one person, by whatever log-in it comes. */
export function confirmRefusal(
  change: Pick<AccessChange, 'proposedBy' | 'state' | 'expiresAt'>,
  by: string,
  now: Date,
): DecisionRefusal | undefined {
  if (by === change.proposedBy) return 'own-request';
  if (change.state === 'expired' || isDue(change, now)) return 'access-change-expired';
  return change.state === 'open' ? undefined : 'access-change-not-open';
}

/** Whether proposing it stops the account at once, until it is decided or expires: what may be in wrong hands cannot wait for a second
 *  person. Not an administrator's: one of them could stop all others. */
export function stopsAtOnce(kind: ChangeKind, subject: { roles: readonly Role[] }): boolean {
  return kind === 'disable' && !subject.roles.includes('administrator');
}

/** Administrators that must stay: with fewer, nobody could confirm anything. */
export const MIN_ADMINISTRATORS = 2;

/** Whether this change takes an administrator away. */
export function losesAdministrator(change: Pick<AccessChange, 'kind' | 'content'>, before: readonly Role[]): boolean {
  if (!before.includes('administrator')) return false;
  if (change.kind === 'disable') return true;
  return change.kind === 'set-access' && !(change.content.roles ?? before).includes('administrator');
}
