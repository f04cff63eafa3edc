import { Client } from 'pg';
import { StackError } from './stack-error';

const APPLICATION_LOGIN = 'lienthong_gateway';
const INSUFFICIENT_PRIVILEGE = '42501';

/** Makes the database when it is missing. `serverUrl` is the superuser's, on any database. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

/** Gives the application its login, a member of `lienthong_app` (made by the migration). Returns the login's name. */
export async function ensureApplicationLogin(ownerUrl: string, password: string): Promise<string> {
  await withClient(ownerUrl, async (client) => {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [APPLICATION_LOGIN]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    await client.query(
      `${verb} role ${APPLICATION_LOGIN} login nosuperuser password ${client.escapeLiteral(password)}`,
    );
    await client.query(`grant lienthong_app to ${APPLICATION_LOGIN}`);
  });
  return APPLICATION_LOGIN;
}

/** Whether the login of `url` may act as `lienthong_app`; if not, the migrator makes it a member.
 *  @throws StackError when the migrator may not */
export async function ensureMembership(url: string, migratorUrl: string): Promise<void> {
  const login = await withClient(url, async (client) => {
    const [row] = (await client.query<{ login: string }>('select current_user as login')).rows;
    return (await maySetRole(client)) ? null : row.login;
  });
  if (login === null) return;
  try {
    await withClient(migratorUrl, (client) => client.query(`grant lienthong_app to ${client.escapeIdentifier(login)}`));
  } catch (cause) {
    throw new StackError(
      `The database user ${login} must be a member of lienthong_app: let an administrator of the database run GRANT lienthong_app TO ${login}.`,
      { cause },
    );
  }
}

/** Whether somebody answers at the URL and lets us in.
 *  @throws StackError with a sentence; the URL's password is not in it */
export async function checkReachable(url: string, variable: string): Promise<void> {
  try {
    await withClient(url, (client) => client.query('select 1'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StackError(
      `The database of ${variable} cannot be used (${reason}): check the address, the user and the password.`,
      { cause },
    );
  }
}

async function maySetRole(client: Client): Promise<boolean> {
  try {
    await client.query('set role lienthong_app');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
