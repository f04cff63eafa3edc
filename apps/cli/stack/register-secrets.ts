import { hashSecret, verifySecret } from '#access';
import type { Database, Tx } from '#platform';
import type { SyncLog } from '#synclog';
import { HOST } from './host-actor';

interface GivenSecret {
  clientId: string;
  clientSecret: string;
}

interface StoredSecret {
  client_id: string;
  secret_hash: string;
}

/** Secrets follow the file: one that the database has never had takes the place of all others of its client. One that it has, or had and somebody
 *  has ended since, changes nothing: a start does not bring back what was ended. Each that is taken over is an entry of the sync log. */
export async function registerSecrets(db: Database, given: readonly GivenSecret[], syncLog: SyncLog): Promise<void> {
  const rows = await db.query<StoredSecret>(STORED, [given.map(({ clientId }) => clientId)]);
  const unknown = await Promise.all(given.map(async (one) => ((await isStored(one, rows)) ? [] : [one])));
  const fresh = await Promise.all(
    unknown.flat().map(async ({ clientId, clientSecret }) => ({
      client_id: clientId,
      secret_hash: await hashSecret(clientSecret),
    })),
  );
  if (fresh.length > 0) await db.run((tx) => replace(tx, fresh, syncLog));
}

async function replace(tx: Tx, fresh: readonly StoredSecret[], syncLog: SyncLog): Promise<void> {
  const made = await tx.query<{ id: string; clientId: string; until: Date }>(REPLACE, [JSON.stringify(fresh)]);
  tx.send(TELL_OLD_GATEWAYS, [JSON.stringify(fresh)]);
  await syncLog.append(
    tx,
    made.map(({ id, clientId, until }) => ({
      kind: 'client-secret.issued' as const,
      actor: HOST,
      detail: { clientId, credentialId: id, until: until.toISOString() },
    })),
  );
}

/** All that a client ever had, the newest first: it is mostly that one. */
const STORED = `
select client_id, secret_hash from client_secret where client_id = any($1::text[]) order by created_at desc, id desc`;

const REPLACE = `
with given as (
  select * from jsonb_to_recordset($1::jsonb) as g(client_id text, secret_hash text)
), ended as (
  update client_secret s set ended_at = now() from given where s.client_id = given.client_id and s.ended_at is null
)
insert into client_secret (client_id, secret_hash, created_at) select client_id, secret_hash, now() from given
returning id, client_id as "clientId", created_at as until`;

/** Gateways of the version before, while they are replaced, must not go on taking the one before. */
const TELL_OLD_GATEWAYS = `
update client c set secret_hash = g.secret_hash
from jsonb_to_recordset($1::jsonb) as g(client_id text, secret_hash text) where c.id = g.client_id`;

async function isStored({ clientId, clientSecret }: GivenSecret, rows: readonly StoredSecret[]): Promise<boolean> {
  for (const row of rows) {
    if (row.client_id === clientId && (await verifySecret(clientSecret, row.secret_hash))) return true;
  }
  return false;
}
