import type { Queryable, Tx } from '#platform';
import type { Role } from '../domain/roles';
import type { ClientWithCredentials, Client, ClientWithSecret } from '../ports';

interface ClientRow {
  id: string;
  kind: 'machine' | 'person';
  roles: Role[];
  units: string[] | null;
  addresses: string[] | null;
  operations: string[] | null;
  requests_per_minute: number | null;
  requests_per_day: number | null;
  created_at: Date;
  disabled_at: Date | null;
  suspended_until: Date | null;
}

interface LifeJson {
  id: string;
  created_at: string;
  expires_at: string | null;
  last_used_on: string | null;
}

interface AccountRow extends ClientRow {
  secrets: (LifeJson & { secret_hash: string })[];
  certificates: (LifeJson & { sha256: string | null; subject: string | null })[];
}

const COLUMNS =
  'id, kind, roles, units, addresses, operations, requests_per_minute, requests_per_day, created_at, disabled_at';

const ACCOUNT = `
select ${COLUMNS}, suspended_until,
  (select coalesce(jsonb_agg(to_jsonb(s) order by s.created_at, s.id), '[]') from client_secret s
   where s.client_id = c.id and s.ended_at is null) as secrets,
  (select coalesce(jsonb_agg(to_jsonb(m) || jsonb_build_object('sha256', encode(m.sha256, 'base64')) order by m.created_at, m.id), '[]')
   from client_certificate m where m.client_id = c.id and m.ended_at is null) as certificates
from client c where id = $1`;

/** The account of an id, also when it is disabled, with the secrets and certificates that nobody has ended. */
export async function findClient(tx: Queryable, id: string): Promise<ClientWithCredentials | undefined> {
  const [row] = await tx.query<AccountRow>(ACCOUNT, [id]);
  return row && accountOf(row);
}

/** Accounts in the order of their ids, from the one after `after`. */
export async function listClients(tx: Queryable, after: string | null, limit: number): Promise<Client[]> {
  const rows = await tx.query<ClientRow>(
    `select ${COLUMNS}, suspended_until from client where id > coalesce($1, '') order by id limit $2`,
    [after, limit],
  );
  return rows.map(clientOf);
}

/** With its first secret. False when the id is taken. */
export async function insertClient(tx: Queryable, client: ClientWithSecret): Promise<boolean> {
  const inserted = await tx.execute(
    `with account as (
       insert into client (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing returning id
     )
     insert into client_secret (client_id, secret_hash, created_at) select id, $11, $9 from account`,
    [
      client.id,
      client.kind,
      client.roles,
      client.units,
      client.addresses,
      client.operations,
      client.quota?.perMinute ?? null,
      client.quota?.perDay ?? null,
      client.createdAt,
      client.disabledAt,
      client.secretHash,
    ],
  );
  return inserted === 1;
}

export async function clientExists(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.query('select 1 from client where id = $1', [id])).length > 0;
}

/** Machines that have a role which is for people now. */
export async function listMachinesWithRoles(tx: Queryable, roles: readonly Role[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from client where kind = 'machine' and disabled_at is null and roles && $1::text[] order by id limit 100`,
    [roles],
  );
  return rows.map(({ id }) => id);
}

/** Of one that is there. */
export function setQuota(tx: Tx, id: string, quota: Client['quota']): void {
  tx.send('update client set requests_per_minute = $2, requests_per_day = $3 where id = $1', [
    id,
    quota.perMinute,
    quota.perDay,
  ]);
}

function accountOf(row: AccountRow): ClientWithCredentials {
  return {
    ...clientOf(row),
    secrets: row.secrets.map((secret) => ({ ...lifeOf(secret), secretHash: secret.secret_hash })),
    certificates: row.certificates.map((certificate) => ({
      ...lifeOf(certificate),
      sha256: certificate.sha256 && Buffer.from(certificate.sha256, 'base64').toString('base64url'),
      subject: certificate.subject,
    })),
  };
}

/** Of one that nobody has ended. */
function lifeOf({ id, created_at, expires_at, last_used_on }: LifeJson) {
  return {
    id,
    createdAt: new Date(created_at),
    expiresAt: expires_at === null ? null : new Date(expires_at),
    endedAt: null,
    lastUsedOn: last_used_on,
  };
}

function clientOf(row: ClientRow): Client {
  return {
    id: row.id,
    kind: row.kind,
    roles: row.roles,
    units: row.units,
    addresses: row.addresses,
    operations: row.operations,
    quota: { perMinute: row.requests_per_minute, perDay: row.requests_per_day },
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    suspendedUntil: row.suspended_until,
  };
}
