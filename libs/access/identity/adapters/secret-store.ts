import type { Queryable, Tx } from '#platform';
import type { Role } from '../domain/roles';
import type { ClientSecret } from '../ports';

interface SecretRow {
  id: string;
  secret_hash: string;
  created_at: Date;
  expires_at: Date | null;
  ended_at: Date | null;
  last_used_on: string | null;
}

const COLUMNS = 'id, secret_hash, created_at, expires_at, ended_at, last_used_on::text as last_used_on';

/** A hash that no secret has. Gateways of the version before read `client.secret_hash` while they are replaced, and cannot read a null. */
const NO_SECRET = `scrypt$16384$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

interface LockedClient {
  kind: 'machine' | 'person';
  roles: readonly Role[];
  isDisabled: boolean;
}

/** A client; its row stays locked for the transaction. Race: two changes of one client's credentials at once, each of which would find room. */
export async function lockClient(tx: Tx, clientId: string): Promise<LockedClient | undefined> {
  const [row] = await tx.query<LockedClient>(
    `select kind, roles, disabled_at is not null as "isDisabled" from client where id = $1 for update`,
    [clientId],
  );
  return row;
}

/** All secrets that a client had and has, newest first. */
export async function listSecrets(tx: Queryable, clientId: string, limit: number): Promise<ClientSecret[]> {
  const rows = await tx.query<SecretRow>(
    `select ${COLUMNS} from client_secret where client_id = $1 order by created_at desc, id desc limit $2`,
    [clientId, limit],
  );
  return rows.map(secretOf);
}

export function insertSecret(
  tx: Tx,
  secret: Pick<ClientSecret, 'id' | 'secretHash' | 'createdAt'>,
  clientId: string,
): void {
  tx.send('insert into client_secret (id, client_id, secret_hash, created_at) values ($1, $2, $3, $4)', [
    secret.id,
    clientId,
    secret.secretHash,
    secret.createdAt,
  ]);
}

/** The other secrets of a client end then, if they do not end earlier. Gateways of the version before know one secret: from now on the kept one. */
export function expireOtherSecrets(tx: Tx, clientId: string, keptId: string, at: Date): void {
  tx.send(
    `with others as (
       update client_secret set expires_at = least(expires_at, $3) where client_id = $1 and id <> $2 and ended_at is null
     )
     update client set secret_hash = (select secret_hash from client_secret where id = $2) where id = $1`,
    [clientId, keptId, at],
  );
}

export function endSecret(tx: Tx, id: string, at: Date): void {
  tx.send(
    `with ended as (
       update client_secret set ended_at = coalesce(ended_at, $2) where id = $1 returning client_id, secret_hash
     )
     update client c set secret_hash = $3 from ended e where c.id = e.client_id and c.secret_hash = e.secret_hash`,
    [id, at, NO_SECRET],
  );
}

/** All secrets of a client. */
export function endSecretsOf(tx: Tx, clientId: string, at: Date): void {
  tx.send(
    `with ended as (update client_secret set ended_at = $2 where client_id = $1 and ended_at is null)
     update client set secret_hash = $3 where id = $1`,
    [clientId, at, NO_SECRET],
  );
}

/** Writes once a day. */
export function markSecretUsed(tx: Tx, id: string, day: string): void {
  tx.send('update client_secret set last_used_on = $2::date where id = $1 and last_used_on is distinct from $2::date', [
    id,
    day,
  ]);
}

function secretOf(row: SecretRow): ClientSecret {
  return {
    id: row.id,
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    lastUsedOn: row.last_used_on,
  };
}
