import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startFloor } from './floor-side';
import type { OpenThings } from './open-things';
import { startProduct, type ProductSide } from './product-side';
import type { Services } from './services';
import type { OfficerPace, Side, SideRun } from './side';

/** `unlogged`: ours, but that it writes no sync log. */
export type SideName = 'floor' | 'ours' | 'unlogged';

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

export interface OpenSide<S extends Side = Side> {
  side: S;
  database: string;
  databaseUrl: string;
  /** Stops its processes; counters of the database can still be read. */
  stop(): Promise<void>;
  /** Gives the disk back. */
  drop(): Promise<void>;
}

const STARTERS = { floor: startFloor, ours: startProduct, unlogged: startProduct };
const PRELOADS: Partial<Record<SideName, string>> = { unlogged: join(__dirname, '../synclog/null-append.js') };

/** A side on a fresh database with fresh simulators. */
export function openSide(run: BenchRun, sideName: SideName, label: string, officers?: OfficerPace): Promise<OpenSide> {
  return open<Side>(run, STARTERS[sideName], `${sideName}_${label}`, {
    officers,
    profileDir: sideName === 'ours' ? run.profileDir : undefined,
    preload: PRELOADS[sideName],
  });
}

/** The product alone, with what a bench needs that works on it from outside. */
export function openProduct(
  run: BenchRun,
  label: string,
  options: Pick<SideRun, 'officers' | 'publicUrl'>,
): Promise<OpenSide<ProductSide>> {
  return open(run, startProduct, `ours_${label}`, { ...options, profileDir: run.profileDir });
}

async function open<S extends Side>(
  run: BenchRun,
  start: (run: SideRun) => Promise<S>,
  label: string,
  options: Pick<SideRun, 'officers' | 'publicUrl' | 'profileDir' | 'preload'>,
): Promise<OpenSide<S>> {
  const { services } = run;
  const name = `bench_${label}`;
  const dir = join(run.dir, name);
  mkdirSync(dir, { recursive: true });
  const databaseUrl = await services.createDatabase(name);
  const side = await start({ services, dir, databaseUrl, name, ...options });
  return {
    side,
    database: name,
    databaseUrl,
    stop: run.open.add(() => side.stop()),
    drop: () => services.dropDatabase(name),
  };
}
