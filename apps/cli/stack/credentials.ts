import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { hashSecret } from '#access';
import { readJson, writePrivateJson } from './data-dir';

export interface ClientSecret {
  clientId: string;
  clientSecret: string;
}

interface KnownClient {
  id: string;
  kind: 'machine' | 'person';
  roles: readonly string[];
}

/** The clients that every local installation has, by their name in credentials.json (CONTRACTS §5). */
const CLIENTS = {
  oneStop: { id: 'one-stop', kind: 'machine', roles: ['integrator'] },
  operator: { id: 'operator', kind: 'person', roles: ['operator'] },
  operator2: { id: 'operator2', kind: 'person', roles: ['operator'] },
  approver: { id: 'approver', kind: 'person', roles: ['approver'] },
  approver2: { id: 'approver2', kind: 'person', roles: ['approver'] },
  auditor: { id: 'auditor', kind: 'person', roles: ['auditor'] },
  manager: { id: 'manager', kind: 'person', roles: ['manager'] },
  administrator: { id: 'administrator', kind: 'person', roles: ['administrator'] },
  administrator2: { id: 'administrator2', kind: 'person', roles: ['administrator'] },
} as const satisfies Record<string, KnownClient>;

type ClientName = keyof typeof CLIENTS;

/** `DIR/credentials.json` (0600), CONTRACTS §5. */
export type Credentials = { baseUrl: string; simulatorsUrl: string | null } & Record<ClientName, ClientSecret>;

/** Secrets stay the same from start to start; addresses are those of now. Missing clients get a new secret. */
export function ensureCredentials(
  dataDir: string,
  addresses: { baseUrl: string; simulatorsUrl: string | null },
): Credentials {
  const path = join(dataDir, 'credentials.json');
  const before = readJson<Partial<Credentials>>(path) ?? {};
  const clients = Object.entries(CLIENTS).map(
    ([name, client]) => [name, before[name as ClientName] ?? newSecret(client.id)] as const,
  );
  const credentials = { ...addresses, ...Object.fromEntries(clients) } as Credentials;
  writePrivateJson(path, credentials);
  return credentials;
}

/** Makes the clients known to the database. Secrets follow the file; roles and a disabling, once changed by a person, stay. */
export async function registerClients(databaseUrl: string, credentials: Credentials): Promise<void> {
  const rows = await Promise.all(
    Object.entries(CLIENTS).map(async ([name, client]) => ({
      id: client.id,
      kind: client.kind,
      roles: client.roles,
      secret_hash: await hashSecret(credentials[name as ClientName].clientSecret),
    })),
  );
  const database = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await database.connect();
  try {
    await database.query(REGISTER, [JSON.stringify(rows)]);
  } finally {
    await database.end();
  }
}

const REGISTER = `
insert into client (id, kind, roles, secret_hash, created_at)
select id, kind, roles, secret_hash, now()
from jsonb_to_recordset($1::jsonb) as given(id text, kind text, roles text[], secret_hash text)
on conflict (id) do update set secret_hash = excluded.secret_hash`;

function newSecret(clientId: string): ClientSecret {
  return { clientId, clientSecret: randomBytes(32).toString('base64url') };
}
