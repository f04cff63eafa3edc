import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writePrivate } from './data-dir';
import { sharedRoot } from './postgres-binaries';
import { StackError } from './stack-error';

/** Where the cluster of an installation lies. An ordinary user has it in `DIR/postgres`. Root's PostgreSQL runs as another user,
 *  who cannot enter DIR (0700): its cluster lies below the shared root, and `DIR/postgres.location` names it. */
export function clusterLocation(
  dataDir: string,
  isRoot: boolean = process.getuid?.() === 0,
  root: () => string = sharedRoot,
): string {
  if (!isRoot) return join(dataDir, 'postgres');
  const pointer = join(dataDir, 'postgres.location');
  const clusterDir = existsSync(pointer)
    ? readFileSync(pointer, 'utf8').trim()
    : join(root(), 'clusters', randomBytes(8).toString('hex'), 'postgres');
  claim(clusterDir, dataDir);
  writePrivate(pointer, `${clusterDir}\n`);
  return clusterDir;
}

/** Removes the cluster of an installation, wherever it lies. For `lienthong stack reset`; PostgreSQL must be down. */
export function removeCluster(dataDir: string): void {
  const pointer = join(dataDir, 'postgres.location');
  if (existsSync(pointer)) rmSync(dirname(readFileSync(pointer, 'utf8').trim()), { recursive: true, force: true });
  rmSync(pointer, { force: true });
  rmSync(join(dataDir, 'postgres'), { recursive: true, force: true });
}

/** Notes whose cluster it is. A data folder that was moved takes its cluster along; one that was copied must not share it. */
function claim(clusterDir: string, dataDir: string): void {
  const home = dirname(clusterDir);
  const originFile = join(home, 'origin');
  mkdirSync(home, { recursive: true });
  // Passable for PostgreSQL's user, not readable; the cluster itself is 0700 and that user's.
  chmodSync(home, 0o711);
  const origin = existsSync(originFile) ? readFileSync(originFile, 'utf8').trim() : dataDir;
  if (origin !== dataDir && pointsTo(join(origin, 'postgres.location'), clusterDir)) {
    throw new StackError(
      `${dataDir} is a copy of ${origin} and names the same database: delete ${join(dataDir, 'postgres.location')} to start with an empty one.`,
    );
  }
  writeFileSync(originFile, `${dataDir}\n`, { mode: 0o600 });
}

function pointsTo(pointer: string, clusterDir: string): boolean {
  return existsSync(pointer) && readFileSync(pointer, 'utf8').trim() === clusterDir;
}
