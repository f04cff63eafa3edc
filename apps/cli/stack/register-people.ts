import type { Client } from 'pg';
import { hashSecret, secretSeal, type MasterKeys } from '#access';

/** How a person of a local installation logs in (CONTRACTS §5). */
export interface PersonSecret {
  username: string;
  password: string;
  /** Base32, as an authenticator app takes it. */
  totpSecret: string;
}

/** Makes accounts for people who have none. One that is there stays as it is: the person, or two administrators, may have changed it since. */
export async function registerPeople(
  database: Client,
  given: readonly (PersonSecret & { clientId: string })[],
  keys: Pick<MasterKeys, 'derive'>,
): Promise<void> {
  const { rows } = await database.query<{ client_id: string }>(
    'select client_id from account where client_id = any($1::text[])',
    [given.map(({ clientId }) => clientId)],
  );
  const missing = given.filter(({ clientId }) => !rows.some((row) => row.client_id === clientId));
  if (missing.length === 0) return;
  const seal = secretSeal(keys);
  const accounts = await Promise.all(
    missing.map(async ({ clientId, username, password, totpSecret }) => ({
      client_id: clientId,
      username,
      // 144 random bits: the cost that a chosen password needs would only slow down the start.
      password_hash: await hashSecret(password),
      totp_sealed: seal.seal(clientId, totpSecret).toString('base64'),
    })),
  );
  await database.query(INSERT, [JSON.stringify(accounts)]);
}

const INSERT = `
insert into account (client_id, username, password_hash, password_set_at, totp_sealed, active_at, reviewed_at, reviewed_by)
select client_id, username, password_hash, now(), decode(totp_sealed, 'base64'), now(), now(), 'installation'
from jsonb_to_recordset($1::jsonb) as given(client_id text, username text, password_hash text, totp_sealed text)
on conflict do nothing`;
