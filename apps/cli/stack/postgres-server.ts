import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { OWNER } from './database-secrets';
import { postgresBinaries, type PostgresBinaries, type RunAs } from './postgres-binaries';
import { endOf, endProcess, isProcess } from './process-identity';
import { tellingLines } from './log-tail';
import { StackError } from './stack-error';
import { waitUntil } from './wait-until';

export interface PostgresOptions {
  /** Folder of the cluster; created when missing. Its parent must be reachable by the user that runs PostgreSQL. */
  clusterDir: string;
  port: number;
  /** Password of the superuser `lienthong_owner`; given to a new cluster, and must be the same ever after. */
  ownerPassword: string;
  logFile: string;
  /** Trades safety for speed (fsync off). Tests only. @default false */
  isDisposable?: boolean;
  /** Told before readiness is awaited, so that a start that is killed leaves a trace of its server. */
  onSpawned?: (pid: number) => void;
}

export interface PostgresServer {
  port: number;
  pid: number;
  /** Words of its command line by which a later start knows the process as ours. */
  markers: readonly string[];
  /** Resolves with the way it ended: a signal's name or an exit code. */
  exited: Promise<string>;
  /** URL of a database on it, as the superuser. */
  ownerUrl(database: string): string;
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 30_000;

/** Brings up the cluster in `clusterDir` on 127.0.0.1, and first ends what a killed start left behind.
 *  @throws StackError with the last lines of the log */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = postgresBinaries();
  if (!existsSync(join(options.clusterDir, 'PG_VERSION'))) createCluster(binaries, options);
  await endStalePostmaster(options.clusterDir);
  const { pid, exited } = await launch(binaries, options);
  const markers = ['postgres', options.clusterDir];
  return {
    port: options.port,
    pid,
    markers,
    exited,
    ownerUrl: (database) => ownerUrl(options, database),
    stop: async () => {
      await endProcess(pid, markers, 'SIGINT', 20_000);
    },
  };
}

/** Ends the server of a cluster whose starter was killed. A `postmaster.pid` whose number belongs to another process by now is removed:
 *  PostgreSQL itself would refuse to start when that process has the same user. */
export async function endStalePostmaster(clusterDir: string): Promise<void> {
  const pidFile = join(clusterDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  await endProcess(pid, ['postgres', clusterDir], 'SIGINT', 20_000);
  rmSync(pidFile, { force: true });
}

function ownerUrl(options: PostgresOptions, database: string): string {
  return `postgresql://${OWNER}:${options.ownerPassword}@127.0.0.1:${options.port}/${database}`;
}

/** initdb into a folder beside it and a rename: a start that is killed in between leaves no half cluster. */
function createCluster(binaries: PostgresBinaries, options: PostgresOptions): void {
  const fresh = `${options.clusterDir}.new`;
  const passwordFile = `${options.clusterDir}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, options.ownerPassword, { mode: 0o600 });
  for (const path of [fresh, passwordFile]) giveTo(path, binaries.runAs);
  const args = [
    '--pgdata',
    fresh,
    '--username',
    OWNER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
  ];
  const locale = [
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    ...(options.isDisposable ? ['--no-sync'] : []),
  ];
  try {
    const made = spawnSync(binaries.initdb, [...args, ...locale], {
      ...binaries.runAs,
      cwd: '/',
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    if (made.error) throw made.error;
    if (made.status !== 0)
      throw new StackError(
        `PostgreSQL could not create its data folder ${options.clusterDir}: ${tellingLines(made.stderr)}`,
      );
    renameSync(fresh, options.clusterDir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Backends of a postmaster that was killed hard hold its shared memory for a moment: the start is tried again meanwhile. */
async function launch(binaries: PostgresBinaries, options: PostgresOptions): Promise<Spawned> {
  const endsAt = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const spawned = spawnServer(binaries, options);
    const { pid } = spawned;
    options.onSpawned?.(pid);
    const markers = ['postgres', options.clusterDir];
    const isUp = await waitUntil(
      async () => !isProcess(pid, markers) || (await answers(ownerUrl(options, 'postgres'))),
      START_DEADLINE_MS,
      40,
    );
    if (isUp && isProcess(pid, markers)) return spawned;
    const log = tellingLines(readFileSync(options.logFile, 'utf8').slice(-8_000));
    await endProcess(pid, markers, 'SIGINT', 5_000);
    if (!log.includes('pre-existing shared memory') || performance.now() > endsAt) {
      throw new StackError(`PostgreSQL did not start; its log (${options.logFile}) ends with: ${log}`);
    }
    await waitUntil(() => false, 200);
  }
}

interface Spawned {
  pid: number;
  exited: Promise<string>;
}

function spawnServer(binaries: PostgresBinaries, options: PostgresOptions): Spawned {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    ...(options.isDisposable
      ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum_naptime=5s']
      : []),
  ];
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn(
      binaries.postgres,
      ['-D', options.clusterDir, '-p', String(options.port), ...settings.flatMap((one) => ['-c', one])],
      {
        ...binaries.runAs,
        cwd: '/',
        env: plainEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      },
    );
    const exited = endOf(child);
    child.unref();
    return { pid: child.pid ?? -1, exited };
  } finally {
    closeSync(log);
  }
}

/** A refused connection means "not yet"; so does "the database system is starting up". Anything that authenticates is up. */
async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') {
      throw new StackError(
        'PostgreSQL runs, but the stored password is not the one of its data: delete the data folder, or put the old owner file back.',
      );
    }
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function giveTo(path: string, owner: RunAs): void {
  if (owner === null) return;
  chownSync(path, owner.uid, owner.gid);
  chmodSync(path, path.endsWith('.password') ? 0o600 : 0o700);
}

/** Nothing of our environment is PostgreSQL's business: PGDATA or PGPORT of the user would change what it does. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}
