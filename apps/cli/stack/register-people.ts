import { PasswordCheck, secretSeal, type MasterKeys } from '#access';
import type { Database } from '#platform';
import type { SyncLog } from '#synclog';
import { HOST } from './host-actor';

/** How a person of a local installation logs in (CONTRACTS §5). */
export interface PersonSecret {
  username: string;
  password: string;
  /** Base32, as an authenticator app takes it. */
  totpSecret: string;
}

/** Makes accounts for people who have none, each with an entry of the sync log. One that is there stays as it is: the person, or two administrators, may
 *  have changed it since. */
export async function registerPeople(
  db: Database,
  given: readonly (PersonSecret & { clientId: string })[],
  { keys, syncLog }: { keys: Pick<MasterKeys, 'derive'>; syncLog: SyncLog },
): Promise<void> {
  const rows = await db.query<{ client_id: string }>(
    'select client_id from account where client_id = any($1::text[])',
    [given.map(({ clientId }) => clientId)],
  );
  const missing = given.filter(({ clientId }) => !rows.some((row) => row.client_id === clientId));
  if (missing.length === 0) return;
  const seal = secretSeal(keys);
  // As dear as every other password: the time of a log-in must not tell these accounts from names that nobody has.
  const passwords = new PasswordCheck();
  const accounts = await Promise.all(
    missing.map(async ({ clientId, username, password, totpSecret }) => ({
      client_id: clientId,
      username,
      password_hash: await passwords.hash(password),
      totp_sealed: seal.seal(clientId, totpSecret).toString('base64'),
    })),
  );
  await db.run(async (tx) => {
    const made = await tx.query<{ clientId: string }>(INSERT, [JSON.stringify(accounts)]);
    await syncLog.append(
      tx,
      made.map(({ clientId }) => ({ kind: 'client.created' as const, actor: HOST, detail: { clientId } })),
    );
  });
}

const INSERT = `
insert into account (client_id, username, password_hash, password_set_at, totp_sealed, active_at, reviewed_at, reviewed_by)
select client_id, username, password_hash, now(), decode(totp_sealed, 'base64'), now(), now(), 'installation'
from jsonb_to_recordset($1::jsonb) as given(client_id text, username text, password_hash text, totp_sealed text)
on conflict do nothing returning client_id as "clientId"`;
