import type { Client } from 'pg';
import { hashSecret, verifySecret } from '#access';

interface GivenSecret {
  clientId: string;
  clientSecret: string;
}

interface StoredSecret {
  client_id: string;
  secret_hash: string;
}

/** Secrets follow the file: one that the database has never had takes the place of all others of its client. One that it has, or had and somebody
 *  has ended since, changes nothing: a start does not bring back what was ended. */
export async function registerSecrets(database: Client, given: readonly GivenSecret[]): Promise<void> {
  const { rows } = await database.query<StoredSecret>(RECENT, [given.map(({ clientId }) => clientId)]);
  const unknown = await Promise.all(given.map(async (one) => ((await isStored(one, rows)) ? [] : [one])));
  const fresh = await Promise.all(
    unknown.flat().map(async ({ clientId, clientSecret }) => ({
      client_id: clientId,
      secret_hash: await hashSecret(clientSecret),
    })),
  );
  if (fresh.length > 0) await database.query(REPLACE, [JSON.stringify(fresh)]);
}

/** Enough to know a secret again after some rotations. */
const RECENT = `
select s.client_id, s.secret_hash from unnest($1::text[]) as given(id)
cross join lateral (select * from client_secret where client_id = given.id order by created_at desc, id desc limit 8) s`;

const REPLACE = `
with given as (
  select * from jsonb_to_recordset($1::jsonb) as g(client_id text, secret_hash text)
), ended as (
  update client_secret s set ended_at = now() from given where s.client_id = given.client_id and s.ended_at is null
)
insert into client_secret (client_id, secret_hash, created_at) select client_id, secret_hash, now() from given`;

async function isStored({ clientId, clientSecret }: GivenSecret, rows: readonly StoredSecret[]): Promise<boolean> {
  for (const row of rows) {
    if (row.client_id === clientId && (await verifySecret(clientSecret, row.secret_hash))) return true;
  }
  return false;
}
