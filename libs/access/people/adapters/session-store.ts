import type { Queryable, Tx } from '#platform';
import type { Role } from '../../identity/domain/roles';

export interface StoredSession {
  clientId: string;
  how: 'password' | 'oidc';
  startedAt: Date;
  seenAt: Date;
  expiresAt: Date;
  kind: 'machine' | 'person';
  roles: readonly Role[];
  units: readonly string[] | null;
  addresses: readonly string[] | null;
  operations: readonly string[] | null;
  suspendedUntil: Date | null;
  mustChangePassword: boolean;
  mustEnrolTotp: boolean;
  hasTotp: boolean;
}

/** A session with its account as it is now; none when the account was disabled or has other roles, units or another password than at
 *  the log-in, whoever changed them. */
export async function findSession(tx: Queryable, tokenHash: Buffer): Promise<StoredSession | undefined> {
  const rows = await tx.query<StoredSession>(
    `select s.client_id as "clientId", s.how, s.started_at as "startedAt", s.seen_at as "seenAt", s.expires_at as "expiresAt",
       c.kind, c.roles, c.units, c.addresses, c.operations, c.suspended_until as "suspendedUntil",
       a.must_change_password as "mustChangePassword", a.must_enrol_totp as "mustEnrolTotp", a.totp_sealed is not null as "hasTotp"
     from person_session s join client c on c.id = s.client_id join account a on a.client_id = s.client_id
     where s.token_hash = $1 and c.disabled_at is null and c.roles = s.roles and c.units is not distinct from s.units
       and a.password_set_at is not distinct from s.password_set_at`,
    [tokenHash],
  );
  return rows[0];
}

export interface NewSession {
  tokenHash: Buffer;
  clientId: string;
  how: 'password' | 'oidc';
  startedAt: Date;
  expiresAt: Date;
}

/** Takes roles, units and the password's time from the rows themselves, in this statement. */
export function insertSession(tx: Tx, session: NewSession): void {
  tx.send(
    `insert into person_session (token_hash, client_id, how, roles, units, password_set_at, started_at, seen_at, expires_at)
     select $1, c.id, $3, c.roles, c.units, a.password_set_at, $4, $4, $5
     from client c join account a on a.client_id = c.id where c.id = $2 and c.disabled_at is null`,
    [session.tokenHash, session.clientId, session.how, session.startedAt, session.expiresAt],
    (rows) => (rows === 1 ? undefined : new Error('the account of a new session is gone')),
  );
}

export function saveSeen(tx: Queryable, tokenHash: Buffer, at: Date): Promise<number> {
  return tx.execute('update person_session set seen_at = $2 where token_hash = $1 and seen_at < $2', [tokenHash, at]);
}

/** False when there was none. */
export async function deleteSession(tx: Tx, tokenHash: Buffer): Promise<boolean> {
  return (await tx.execute('delete from person_session where token_hash = $1', [tokenHash])) === 1;
}

/** All sessions of an account. */
export function deleteSessionsOf(tx: Tx, clientId: string): void {
  tx.send('delete from person_session where client_id = $1', [clientId]);
}

/** Sessions that are over by their absolute limit, and log-ins at the provider that nobody came back from. Returns how many. */
export async function sweepSessions(tx: Tx, now: Date): Promise<number> {
  const tickets = await tx.execute('delete from oidc_log_in where expires_at < $1', [now]);
  return tickets + (await tx.execute('delete from person_session where expires_at < $1', [now]));
}
