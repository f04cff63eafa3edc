import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startFloor } from './floor-side';
import type { OpenThings } from './open-things';
import { startProduct } from './product-side';
import type { Services } from './services';
import type { OfficerPace, Side } from './side';

export type SideName = 'floor' | 'ours';

/** What all runs of one bench share. */
export interface BenchRun {
  services: Services;
  dir: string;
  open: OpenThings;
  count: number;
  repeats: number;
  seed: number;
  /** CPU profiles of our processes go there; figures of such a run do not count. */
  profileDir?: string;
  say: (line: string) => void;
}

export interface OpenSide {
  side: Side;
  database: string;
  databaseUrl: string;
  /** Stops its processes; counters of the database can still be read. */
  stop(): Promise<void>;
  /** Gives the disk back. */
  drop(): Promise<void>;
}

const STARTERS = { floor: startFloor, ours: startProduct };

/** A side on a fresh database with fresh simulators. */
export async function openSide(
  run: BenchRun,
  sideName: SideName,
  label: string,
  officers?: OfficerPace,
): Promise<OpenSide> {
  const { services, open } = run;
  const name = `bench_${sideName}_${label}`;
  const dir = join(run.dir, name);
  mkdirSync(dir, { recursive: true });
  const databaseUrl = await services.createDatabase(name);
  const profileDir = sideName === 'ours' ? run.profileDir : undefined;
  const side = await STARTERS[sideName]({ services, dir, databaseUrl, name, officers, profileDir });
  return {
    side,
    database: name,
    databaseUrl,
    stop: open.add(() => side.stop()),
    drop: () => services.dropDatabase(name),
  };
}
