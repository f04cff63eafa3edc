import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../apps/cli/stack/wait-until';

/** What one test file started for all: enough to use it, and to end it (global-teardown.ts). */
export interface SharedService {
  /** `port` of PostgreSQL, `host:port` of Kafka. */
  address: string;
  pid: number;
  markers: readonly string[];
}

const START_DEADLINE_MS = 240_000;

/** Folder of this jest run's services; made by global-setup.ts before any test file. */
export function servicesDir(): string {
  const dir = process.env.LIENTHONG_TEST_SERVICES;
  if (!dir)
    throw new Error(
      'LIENTHONG_TEST_SERVICES is not set: run the tests through jest with the configuration of this repository',
    );
  return dir;
}

/** The one service of that name in this jest run: the first who asks starts it, in whatever worker; the others wait for it. */
export async function sharedService(
  name: string,
  start: (dir: string) => Promise<SharedService>,
): Promise<SharedService> {
  const dir = servicesDir();
  const ready = join(dir, `${name}.json`);
  const failed = join(dir, `${name}.failed`);
  if (!isFirst(join(dir, `${name}.lock`))) {
    if (!(await waitUntil(() => existsSync(ready) || existsSync(failed), START_DEADLINE_MS)))
      throw new Error(`${name} did not come up`);
    if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'));
    return JSON.parse(readFileSync(ready, 'utf8')) as SharedService;
  }
  try {
    const service = await start(dir);
    writeFileSync(`${ready}.new`, JSON.stringify(service));
    renameSync(`${ready}.new`, ready);
    return service;
  } catch (error) {
    writeFileSync(failed, error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** A directory is made by exactly one of many that try. */
function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}
