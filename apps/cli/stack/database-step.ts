import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '#platform';
import { readJson, writePrivateJson } from './data-dir';
import { checkReachable, ensureApplicationLogin, ensureDatabase, ensureMembership } from './database-roles';
import { databaseSecretsPath, type DatabaseSecrets } from './database-secrets';
import { freePort } from './free-port';
import { startPostgres } from './postgres-server';
import type { StackRun } from './stack-run';
import { SupervisedServer } from './supervised-server';
import type { Supervision } from './supervision';

export interface StackDatabase {
  /** Login of gateway and worker. */
  url: string;
  /** Login that migrates and registers clients; never given to a child. */
  ownerUrl: string;
}

/** `DATABASE_URL` wins (and `MIGRATOR_DATABASE_URL` for the migrations, when the two users differ); else PostgreSQL is started here. */
export async function openDatabase(
  run: StackRun,
  clusterDir: string,
  supervision: Supervision,
  env: NodeJS.ProcessEnv,
): Promise<StackDatabase> {
  const database = env.DATABASE_URL
    ? await openExternal(env.DATABASE_URL, env.MIGRATOR_DATABASE_URL)
    : await openEmbedded(run, clusterDir, supervision);
  run.set({ databaseUrl: database.url });
  return database;
}

async function openExternal(url: string, migratorUrl: string | undefined): Promise<StackDatabase> {
  const ownerUrl = migratorUrl ?? url;
  await checkReachable(url, 'DATABASE_URL');
  if (migratorUrl) await checkReachable(migratorUrl, 'MIGRATOR_DATABASE_URL');
  await migrate(ownerUrl);
  await ensureMembership(url, ownerUrl);
  return { url, ownerUrl };
}

async function openEmbedded(run: StackRun, clusterDir: string, supervision: Supervision): Promise<StackDatabase> {
  const secrets = databaseSecrets(run.dataDir);
  const options = {
    clusterDir,
    port: await freePort(),
    ownerPassword: secrets.ownerPassword,
    logFile: join(run.dataDir, 'logs', 'postgres.log'),
    onSpawned: (pid: number) => run.setPid('postgres', pid),
  };
  const supervised = new SupervisedServer({ ...supervision, name: 'postgres', launch: () => startPostgres(options) });
  const server = await supervised.start();
  run.onStop('postgres', () => supervised.stop());
  run.checkGoingOn();
  await ensureDatabase(server.ownerUrl('postgres'), 'lienthong');
  const ownerUrl = server.ownerUrl('lienthong');
  await migrate(ownerUrl);
  const login = await ensureApplicationLogin(ownerUrl, secrets.applicationPassword);
  return { ownerUrl, url: `postgresql://${login}:${secrets.applicationPassword}@127.0.0.1:${server.port}/lienthong` };
}

function databaseSecrets(dataDir: string): DatabaseSecrets {
  const path = databaseSecretsPath(dataDir);
  const kept = readJson<DatabaseSecrets>(path);
  if (kept) return kept;
  const secret = (): string => randomBytes(24).toString('base64url');
  const made = { ownerPassword: secret(), applicationPassword: secret() };
  writePrivateJson(path, made);
  return made;
}
