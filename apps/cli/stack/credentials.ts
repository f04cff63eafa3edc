import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newTotpSecret, type MasterKeys } from '#access';
import { Database, silentLog, systemClock, uuidIds } from '#platform';
import { createSyncLog } from '#synclog';
import { readJson, writePrivateJson } from './data-dir';
import { registerPeople, type PersonSecret } from './register-people';
import { registerSecrets } from './register-secrets';
import { restoreAdministrators } from './restore-administrators';

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

type Secrets<N extends ClientName> = (typeof CLIENTS)[N]['kind'] extends 'person'
  ? ClientSecret & PersonSecret
  : ClientSecret;

/** `DIR/credentials.json` (0600), CONTRACTS §5: each with a client's secret, people with what they log in by as well. */
export type Credentials = { baseUrl: string; simulatorsUrl: string | null } & { [N in ClientName]: Secrets<N> };

/** Secrets stay the same from start to start; addresses are those of now. What is missing is made. */
export function ensureCredentials(
  dataDir: string,
  addresses: { baseUrl: string; simulatorsUrl: string | null },
): Credentials {
  const path = join(dataDir, 'credentials.json');
  const before = readJson<Partial<Credentials>>(path) ?? {};
  const clients = Object.entries(CLIENTS).map(
    ([name, client]) => [name, { ...newSecrets(client), ...before[name as ClientName] }] as const,
  );
  const credentials = { ...addresses, ...Object.fromEntries(clients) } as Credentials;
  writePrivateJson(path, credentials);
  return credentials;
}

/** Makes the clients known to the database, and the accounts of people. Secrets of clients follow the file (register-secrets.ts); roles, a disabling,
 *  passwords and one-time codes, once changed by a person, stay. */
export async function registerClients(
  databaseUrl: string,
  credentials: Credentials,
  keys: Pick<MasterKeys, 'derive'>,
): Promise<void> {
  const rows = Object.values(CLIENTS);
  const secrets = Object.entries(CLIENTS).map(([name, { id }]) => ({
    clientId: id,
    clientSecret: credentials[name as ClientName].clientSecret,
  }));
  const db = new Database({ url: databaseUrl, applicationName: 'lienthong-provision', role: null }, silentLog);
  const syncLog = createSyncLog({ ids: uuidIds, clock: systemClock });
  try {
    await db.execute(REGISTER, [JSON.stringify(rows)]);
    await registerSecrets(db, secrets, syncLog);
    await registerPeople(db, peopleOf(credentials), { keys, syncLog });
    await restoreAdministrators({ db, syncLog }, [
      credentials.administrator.clientId,
      credentials.administrator2.clientId,
    ]);
  } finally {
    await db.close();
  }
}

const REGISTER = `
insert into client (id, kind, roles, created_at)
select id, kind, roles, now() from jsonb_to_recordset($1::jsonb) as given(id text, kind text, roles text[])
on conflict (id) do nothing`;

function peopleOf(credentials: Credentials): (PersonSecret & { clientId: string })[] {
  return Object.values(credentials).filter(
    (one): one is ClientSecret & PersonSecret => typeof one === 'object' && one !== null && 'username' in one,
  );
}

function newSecrets({ id, kind }: KnownClient): ClientSecret & Partial<PersonSecret> {
  const client = { clientId: id, clientSecret: randomBytes(32).toString('base64url') };
  if (kind === 'machine') return client;
  return { ...client, username: id, password: randomBytes(18).toString('base64url'), totpSecret: newTotpSecret() };
}
