import type { Clock, Database, Ids } from '#platform';
import type { Role } from '../../identity/domain/roles';
import type { LockPolicy } from '../domain/lock-out';
import type { SessionLimits } from '../domain/session-limits';
import type { PeopleJournal } from '../ports';
import type { PasswordCheck } from './password-check';
import type { SecretSeal } from './sealed-secret';

/** What the use cases around people's accounts need. */
export interface PeopleOptions {
  db: Database;
  clock: Clock;
  ids: Ids;
  journal: PeopleJournal;
  passwords: PasswordCheck;
  seal: SecretSeal;
  /** 32 bytes derived from the master key: secrets that are shown once are made of it. */
  secretSeed: Buffer;
  limits: SessionLimits;
  lock: LockPolicy;
  /** Roles that need a one-time code besides the password. */
  rolesWithTotp: readonly Role[];
  /** Failed log-ins of one name from one address in a minute before it has to wait. */
  maxFailures: number;
}
