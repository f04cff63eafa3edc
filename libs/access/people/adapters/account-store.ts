import type { Queryable, Tx } from '#platform';
import type { Role } from '../../identity/domain/roles';
import type { Failures } from '../domain/lock-out';
import type { Account } from '../ports';

const COLUMNS = `a.client_id as "clientId", a.username, a.password_hash as "passwordHash", a.password_set_at as "passwordSetAt",
  a.must_change_password as "mustChangePassword", a.totp_sealed as "totpSealed", a.totp_draft_sealed as "totpDraftSealed",
  a.totp_used_step::float8 as "totpUsedStep", a.must_enrol_totp as "mustEnrolTotp", a.failed_log_ins as "failedLogIns",
  a.locked_until as "lockedUntil", a.active_at as "activeAt", a.reviewed_at as "reviewedAt", a.reviewed_by as "reviewedBy",
  a.oidc_issuer as "oidcIssuer", a.oidc_subject as "oidcSubject"`;

/** An account with what its client may do. */
export interface AccountWithAccess extends Account {
  kind: 'machine' | 'person';
  roles: readonly Role[];
  units: readonly string[] | null;
  addresses: readonly string[] | null;
  operations: readonly string[] | null;
  createdAt: Date;
  disabledAt: Date | null;
  suspendedUntil: Date | null;
}

const ACCESS = `c.kind, c.roles, c.units, c.addresses, c.operations, c.created_at as "createdAt", c.disabled_at as "disabledAt",
  c.suspended_until as "suspendedUntil"`;
const FROM = 'from account a join client c on c.id = a.client_id';

/** @param username canonical */
export async function findByUsername(tx: Queryable, username: string): Promise<AccountWithAccess | undefined> {
  return (
    await tx.query<AccountWithAccess>(`select ${COLUMNS}, ${ACCESS} ${FROM} where a.username = $1`, [username])
  )[0];
}

export async function findBySubject(
  tx: Queryable,
  issuer: string,
  subject: string,
): Promise<AccountWithAccess | undefined> {
  const found = await tx.query<AccountWithAccess>(
    `select ${COLUMNS}, ${ACCESS} ${FROM} where a.oidc_issuer = $1 and a.oidc_subject = $2`,
    [issuer, subject],
  );
  return found[0];
}

export async function findAccount(tx: Queryable, clientId: string): Promise<AccountWithAccess | undefined> {
  return (
    await tx.query<AccountWithAccess>(`select ${COLUMNS}, ${ACCESS} ${FROM} where a.client_id = $1`, [clientId])
  )[0];
}

/** The user name of an account; undefined for what is no person's. */
export async function findAccountName(tx: Queryable, clientId: string): Promise<string | undefined> {
  return (await tx.query<{ username: string }>('select username from account where client_id = $1', [clientId]))[0]
    ?.username;
}

/** Race: many guesses at once would each find the count of before; here they wait for one another. */
export async function lockAccount(tx: Tx, clientId: string): Promise<AccountWithAccess | undefined> {
  const found = await tx.query<AccountWithAccess>(
    `select ${COLUMNS}, ${ACCESS} ${FROM} where a.client_id = $1 for no key update of a`,
    [clientId],
  );
  return found[0];
}

/** Accounts in the order of their ids, from the one after `after`. */
export async function listAccounts(tx: Queryable, after: string | null, limit: number): Promise<AccountWithAccess[]> {
  return tx.query<AccountWithAccess>(
    `select ${COLUMNS}, ${ACCESS} ${FROM} where a.client_id > coalesce($1, '') order by a.client_id limit $2`,
    [after, limit],
  );
}

/** False when the user name is taken. */
export async function insertAccount(
  tx: Tx,
  account: Pick<Account, 'clientId' | 'username' | 'passwordHash' | 'reviewedBy'> & { at: Date },
): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into account (client_id, username, password_hash, password_set_at, must_change_password, active_at, reviewed_at, reviewed_by)
     values ($1, $2, $3, $4, true, $4, $4, $5) on conflict (username) do nothing`,
    [account.clientId, account.username, account.passwordHash, account.at, account.reviewedBy],
  );
  return inserted === 1;
}

export function saveFailures(tx: Tx, clientId: string, { failedLogIns, lockedUntil }: Failures): void {
  tx.send('update account set failed_log_ins = $2, locked_until = $3 where client_id = $1', [
    clientId,
    failedLogIns,
    lockedUntil,
  ]);
}

/** @param totpStep of the code that was given, which is used up by it; null when none was */
export function saveLogIn(tx: Tx, clientId: string, at: Date, totpStep: number | null): void {
  tx.send(
    `update account set failed_log_ins = 0, locked_until = null, active_at = $2, totp_used_step = coalesce($3, totp_used_step)
     where client_id = $1`,
    [clientId, at, totpStep],
  );
}

/** A log-in by another way than the password. */
export function saveActive(tx: Queryable, clientId: string, at: Date): Promise<number> {
  return tx.execute('update account set active_at = $2 where client_id = $1 and active_at < $2', [clientId, at]);
}

/** @param mustChange the password was set by somebody else */
export function savePassword(
  tx: Tx,
  clientId: string,
  password: { hash: string; at: Date; mustChange: boolean },
): void {
  tx.send(
    `update account set password_hash = $2, password_set_at = $3, must_change_password = $4, failed_log_ins = 0, locked_until = null
     where client_id = $1`,
    [clientId, password.hash, password.at, password.mustChange],
  );
}

export function saveTotpDraft(tx: Tx, clientId: string, sealed: Buffer): void {
  tx.send('update account set totp_draft_sealed = $2 where client_id = $1', [clientId, sealed]);
}

/** @param step of the code that proved it */
export function saveTotp(tx: Tx, clientId: string, sealed: Buffer, step: number): void {
  tx.send(
    `update account set totp_sealed = $2, totp_draft_sealed = null, totp_used_step = $3, must_enrol_totp = false where client_id = $1`,
    [clientId, sealed, step],
  );
}

/** The next log-in has to enrol a new one. */
export function removeTotp(tx: Tx, clientId: string): void {
  tx.send(
    `update account set totp_sealed = null, totp_draft_sealed = null, totp_used_step = null, must_enrol_totp = true where client_id = $1`,
    [clientId],
  );
}

/** @returns false when another account is linked to this subject */
export async function linkSubject(tx: Tx, clientId: string, issuer: string, subject: string): Promise<boolean> {
  const linked = await tx.execute(
    `update account set oidc_issuer = $2, oidc_subject = $3 where client_id = $1
       and not exists (select 1 from account o where o.oidc_issuer = $2 and o.oidc_subject = $3 and o.client_id <> $1)`,
    [clientId, issuer, subject],
  );
  return linked === 1;
}

export async function saveReview(tx: Tx, clientId: string, by: string, at: Date): Promise<boolean> {
  const saved = await tx.execute('update account set reviewed_at = $2, reviewed_by = $3 where client_id = $1', [
    clientId,
    at,
    by,
  ]);
  return saved === 1;
}

/** Disables what nobody has used since `before`. Returns the accounts. */
export async function disableIdle(tx: Tx, before: Date, at: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `update client c set disabled_at = $2 from account a
     where a.client_id = c.id and a.active_at < $1 and c.disabled_at is null returning c.id`,
    [before, at],
  );
  return rows.map(({ id }) => id);
}
