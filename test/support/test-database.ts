import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Database, migrate, silentLog } from '#platform';
import { freePort } from '../../apps/cli/stack/free-port';
import { startPostgres } from '../../apps/cli/stack/postgres-server';
import { sharedService } from './shared-service';

export interface TestDatabase {
  /** The application's login; `Database` takes the role lienthong_app on connect. */
  url: string;
  /** The superuser: migrations, and looking where the application may not. */
  ownerUrl: string;
  /** A pool of the application, closed by `drop`. */
  db: Database;
  drop(): Promise<void>;
}

const TEST_PASSWORD = 'disposable';
const APPLICATION_LOGIN = 'lienthong_gateway';
const MIGRATIONS_DIR = join(__dirname, '../../libs/platform/adapters/migrations');

/** A database of its own for a test file, cloned from the migrated template of this run's PostgreSQL (~50 ms).
 *  `TEST_PG_URL` (superuser, any database) names a server; without it one is started for the jest run. */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = await serverUrlOfRun();
  const template = await ensureTemplate(serverUrl);
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const ownerUrl = withPath(serverUrl, name);
  const url = withLogin(ownerUrl, APPLICATION_LOGIN, TEST_PASSWORD);
  const db = new Database({ url, applicationName: 'test' }, silentLog);
  return {
    url,
    ownerUrl,
    db,
    drop: async () => {
      await db.close();
      await onServer(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function serverUrlOfRun(): Promise<string> {
  if (process.env.TEST_PG_URL) return process.env.TEST_PG_URL;
  const service = await sharedService('postgres', async (dir) => {
    const server = await startPostgres({
      clusterDir: join(dir, 'postgres'),
      port: await freePort(),
      ownerPassword: TEST_PASSWORD,
      logFile: join(dir, 'postgres.log'),
      isDisposable: true,
    });
    return { address: server.ownerUrl('postgres'), pid: server.pid, markers: server.markers };
  });
  return service.address;
}

/** The template is named by the migrations' bytes: a server that outlives a run never serves an old schema.
 *  The lock lets exactly one test file build it. */
async function ensureTemplate(serverUrl: string): Promise<string> {
  const name = `template_${migrationsDigest()}`;
  await onServer(serverUrl, async (client) => {
    await client.query('select pg_advisory_lock(7306)');
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount !== 0) return;
    const draft = `${name}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    await migrate(withPath(serverUrl, draft));
    await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${APPLICATION_LOGIN}') then create role ${APPLICATION_LOGIN} login password '${TEST_PASSWORD}'; end if;
    end $$; grant lienthong_app to ${APPLICATION_LOGIN}`);
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

function migrationsDigest(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(MIGRATIONS_DIR).sort()) hash.update(readFileSync(join(MIGRATIONS_DIR, file)));
  return hash.digest('hex').slice(0, 12);
}

async function onServer(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}
