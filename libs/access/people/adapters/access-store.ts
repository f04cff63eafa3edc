import type { Queryable, Tx } from '#platform';
import type { ChangeContent } from '../domain/access-change';

/** A person's client, which proves itself by no secret of its own. False when the id is taken. */
export async function insertPerson(tx: Tx, clientId: string, content: ChangeContent, at: Date): Promise<boolean> {
  const inserted = await tx.execute(
    `insert into client (id, kind, roles, units, addresses, operations, created_at)
     values ($1, 'person', $2, $3, $4, $5, $6) on conflict (id) do nothing`,
    [clientId, content.roles, content.units ?? null, content.addresses ?? null, content.operations ?? null, at],
  );
  return inserted === 1;
}

/** Stops a client until then; null ends the stop. */
export function suspendClient(tx: Tx, clientId: string, until: Date | null): void {
  tx.send('update client set suspended_until = $2 where id = $1', [clientId, until]);
}

export async function setDisabled(tx: Tx, clientId: string, at: Date | null): Promise<void> {
  await tx.execute('update client set disabled_at = $2, suspended_until = null where id = $1', [clientId, at]);
}

/** From then on an account that was enabled again counts as used. */
export function restartIdleTime(tx: Tx, clientId: string, at: Date): void {
  tx.send('update account set active_at = $2, failed_log_ins = 0, locked_until = null where client_id = $1', [
    clientId,
    at,
  ]);
}

/** What the content does not name stays. */
export async function setAccess(tx: Tx, clientId: string, content: ChangeContent): Promise<void> {
  const has = (member: keyof ChangeContent): boolean => content[member] !== undefined;
  await tx.execute(
    `update client set roles = coalesce($2, roles),
       units = case when $3 then $4::text[] else units end,
       addresses = case when $5 then $6::text[] else addresses end,
       operations = case when $7 then $8::text[] else operations end
     where id = $1`,
    [
      clientId,
      content.roles ?? null,
      has('units'),
      content.units ?? null,
      has('addresses'),
      content.addresses ?? null,
      has('operations'),
      content.operations ?? null,
    ],
  );
}

/** Race: two changes that each take another administrator away, and each sees the other still there. Until the transaction ends
 *  nobody else can count. */
export async function countAdministrators(tx: Tx): Promise<number> {
  tx.send('select pg_advisory_xact_lock(7310)');
  const [{ count }] = await tx.query<{ count: number }>(
    `select count(*)::int as count from client where kind = 'person' and disabled_at is null and 'administrator' = any(roles)`,
  );
  return count;
}

export async function hasAccount(tx: Queryable, clientId: string): Promise<boolean> {
  return (await tx.query('select 1 from account where client_id = $1', [clientId])).length > 0;
}

/** Whether a user name is in use, by an account or an open proposal. */
export async function isUsernameTaken(tx: Queryable, username: string): Promise<boolean> {
  const found = await tx.query(
    `select 1 from account where username = $1
     union all select 1 from access_change where state = 'open' and kind = 'create-account' and content->>'username' = $1`,
    [username],
  );
  return found.length > 0;
}
