import { isConnectionLost } from '#platform';
import { verifyState, type Violation } from '#verification';
import { Client } from 'pg';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCluster } from '../apps/cli/stack/cluster-location';
import { freePort } from '../apps/cli/stack/free-port';
import type { StackState } from '../apps/cli/stack/stack-state';
import { SeededRandom } from '../apps/simulators/server/seeded-random';
import { fileContinuously } from './faults/continuous-load';
import { effectFaults, type EffectFaults, type EndOfDossier } from './faults/effect-faults';
import { killAtRandom, type Kill } from './faults/random-kills';
import { recoveryPauses, type Recovery, type SettledDelivery } from './faults/recovery-pauses';
import { Child } from './harness/child';
import type { OpenThings } from './harness/open-things';
import type { BenchReport } from './harness/report';
import { sideEnvironment } from './harness/side';
import { SimulatorClient } from './harness/simulator-client';
import { until } from './harness/until';

/** A run of this bench: the whole product as `npm start` brings it up, its own PostgreSQL (fsync on) and Kafka included. */
export interface FaultsRun {
  dir: string;
  open: OpenThings;
  seed: number;
  /** Kills at random. */
  kills: number;
  /** No kill after so many seconds; undefined = until all were made. */
  seconds?: number;
  say: (line: string) => void;
}

const START = join(__dirname, '..', 'apps', 'cli', 'stack', 'start.js');
const EVERY_MS = 700;
const MAX_UNDER_WAY = 80;
const GAP_MS = { min: 500, max: 4_000 };
const MIN_UP_MS = 3_000;
const FINISH_DEADLINE_MS = 600_000;
const REST_DEADLINE_MS = 30_000;

/** The partners misbehave all the time: answers get lost after the effect, noise, slowness, quota. */
const FAULTS = [
  { switch: 'hiddenCommit', value: 'drop', rate: 0.01 },
  { switch: 'hiddenCommit', value: '502', rate: 0.01 },
  { switch: 'hiddenCommit', value: 'html', rate: 0.01 },
  { switch: 'noise', value: 'html', rate: 0.02 },
  { switch: 'noise', value: { form: 'soap', status: 500 }, rate: 0.01 },
  { switch: 'slowMs', value: 1_500, rate: 0.03 },
  { switch: 'quota', value: 1, rate: 0.01 },
] as const;
const SYSTEMS = ['dvclt', 'hotich', 'dvcqg', 'onestop'] as const;

interface Product {
  child: Child;
  state(): StackState;
  simulators: SimulatorClient;
  query<T extends object>(sql: string): Promise<T[]>;
}

/** SIGKILL of a random part again and again under load, with partners that lose answers: what is lost, doubled, out of order, and how long
 *  everybody else waits. */
export async function faults(run: FaultsRun): Promise<BenchReport & { serverVersion: string }> {
  const product = await startProduct(run);
  await product.simulators.setFaults(
    SYSTEMS.flatMap((system) => FAULTS.map((fault, at) => ({ system, ...fault, seed: run.seed + at }))),
  );
  const { codes, kills } = await killUnderLoad(run, product);
  run.say(`faults: ${kills.length} kills made, ${codes.length} dossiers filed; waiting for the last of them`);
  const ends = await untilAllEnded(product, codes, run.say);
  const found = effectFaults((await Promise.all(SYSTEMS.map((one) => product.simulators.ledger(one)))).flat(), ends);
  const violations = await untilAtRest(product);
  const [{ attention }] = await product.query<{ attention: number }>(
    'select count(*)::integer as attention from dossier where attention',
  );
  const settled = await product.query<SettledDelivery>(
    `select extract(epoch from first_attempt_at)::float8 * 1000 as "startedAtMs", extract(epoch from settled_at)::float8 * 1000 as "settledAtMs"
     from delivery where status = 'settled' and first_attempt_at is not null`,
  );
  const [{ serverVersion }] = await product.query<{ serverVersion: string }>(
    `select current_setting('server_version') as "serverVersion"`,
  );
  const recovery = recoveryPauses(kills, settled);
  const dossiers = codes.length;
  return { ...reportOf({ run, kills, dossiers, found, violations, attention, recovery }), serverVersion };
}

async function startProduct({ dir, open }: FaultsRun): Promise<Product> {
  const dataDir = join(dir, 'product');
  mkdirSync(dataDir, { recursive: true });
  const child = await Child.start({
    args: [START, '--data', dataDir, '--port', String(await freePort()), '--max-deaths', '1000'],
    env: sideEnvironment({}),
    logFile: join(dir, 'product.log'),
    readyText: 'Liên Thông is ready',
  });
  open.add(async () => {
    await child.stop();
    removeCluster(dataDir);
  });
  const state = (): StackState => JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackState;
  const { simulatorsUrl, databaseUrl } = state();
  return {
    child,
    state,
    simulators: new SimulatorClient(simulatorsUrl ?? ''),
    query: (sql) => queryOnce(databaseUrl ?? '', sql),
  };
}

/** On a connection of its own: the server may have been killed since the last one. */
async function queryOnce<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url, options: '-c role=lienthong_app' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function killUnderLoad(run: FaultsRun, product: Product): Promise<{ codes: string[]; kills: Kill[] }> {
  const { child, state, simulators } = product;
  const random = new SeededRandom(run.seed);
  const endsAtMs = performance.now() + (run.seconds ?? Infinity) * 1_000;
  let isKilling = true;
  const killing = killAtRandom({
    count: run.kills,
    pids: () => state().pids,
    random: () => random.next(),
    gapMs: GAP_MS,
    minUpMs: MIN_UP_MS,
    goesOn: () => child.assertRunning() && performance.now() < endsAtMs,
    onKill: ({ part }, number) => number % 10 === 0 && run.say(`faults: ${number} kills, the last of ${part}`),
  }).finally(() => (isKilling = false));
  const filing = fileContinuously({
    everyMs: EVERY_MS,
    maxUnderWay: MAX_UNDER_WAY,
    file: async (kind, number) => (await simulators.file(kind, 1, run.seed + number)).codes,
    underWay: async (filed) => filed - ((await simulators.totals()).get('hotich registration')?.effects ?? 0),
    goesOn: () => isKilling,
  });
  const [codes, kills] = await Promise.all([filing, killing]);
  return { codes, kills };
}

/** Waits until every dossier is finished with nothing left to deliver; those that are not in time are told as they are. */
async function untilAllEnded(
  product: Product,
  codes: readonly string[],
  say: FaultsRun['say'],
): Promise<EndOfDossier[]> {
  let ends: EndOfDossier[] = [];
  const allEnded = async (): Promise<boolean> => {
    product.child.assertRunning();
    try {
      ends = await endsOf(product, codes);
    } catch (error) {
      // The last kill may have been PostgreSQL's.
      if (isConnectionLost(error)) return false;
      throw error;
    }
    return ends.every(({ isFinished }) => isFinished);
  };
  await until(allEnded, FINISH_DEADLINE_MS, 'end of all dossiers', 1_000).catch((error: unknown) =>
    say(error instanceof Error ? error.message : String(error)),
  );
  return ends;
}

/** The last settlements follow their effects within moments. @returns what `verify state` still finds then */
async function untilAtRest({ state }: Product): Promise<Violation[]> {
  const { databaseUrl, simulatorsUrl: ledgerUrl } = state();
  let found: Violation[] | undefined;
  const isClean = async (): Promise<boolean> => {
    found = await verifyState({ databaseUrl: databaseUrl ?? '', ledgerUrl: ledgerUrl ?? '', settled: true });
    return found.length === 0;
  };
  await until(isClean, REST_DEADLINE_MS, 'clean state', 500).catch((error: unknown) => {
    if (found === undefined) throw error;
  });
  return found ?? [];
}

async function endsOf(product: Product, codes: readonly string[]): Promise<EndOfDossier[]> {
  const rows = await product.query<EndOfDossier>(
    `select c.code as dvclt, d.projection->'codes'->>'oneStop' as "oneStop",
       d.state = 'finished' and d.routed_seq = d.version and not exists (
         select from delivery v where v.dossier_id = d.id and v.status not in ('settled', 'cancelled')) as "isFinished"
     from dossier d join dossier_code c on c.dossier_id = d.id and c.system = 'dvclt'`,
  );
  const known = new Map(rows.map((row) => [row.dvclt, row]));
  return codes.map((dvclt) => known.get(dvclt) ?? { dvclt, oneStop: null, isFinished: false });
}

interface Findings {
  run: FaultsRun;
  kills: readonly Kill[];
  dossiers: number;
  found: EffectFaults;
  violations: readonly Violation[];
  attention: number;
  recovery: readonly Recovery[];
}

function reportOf({ run, kills, dossiers, found, violations, attention, recovery }: Findings): BenchReport {
  const { lost, doubled, disordered } = found;
  const isWhole = run.seconds !== undefined || kills.length === run.kills;
  const named = violations.map(({ code, codes, sentence }) => `${code} ${codes[0] ?? ''}: ${sentence}`);
  const examples = [...lost, ...doubled, ...disordered, ...named].slice(0, 20).map((line) => `  ${line}`);
  return {
    settings: { kills: run.kills, seconds: run.seconds ?? null, gapMs: GAP_MS, everyMs: EVERY_MS, faults: FAULTS },
    goals: [
      { text: `kills made: ${kills.length}`, isMet: isWhole && kills.length > 0 },
      { text: `lost: ${lost.length}`, isMet: lost.length === 0 },
      { text: `doubled: ${doubled.length}`, isMet: doubled.length === 0 },
      { text: `out of order: ${disordered.length}`, isMet: disordered.length === 0 },
      { text: `violations found by verify state: ${violations.length}`, isMet: violations.length === 0 },
    ],
    text: [
      `faults: ${dossiers} dossiers, ${attention} of them wait for a person`,
      'killed       kills   pause of the others: p50      max',
      ...recovery.map(
        ({ part, kills: count, p50Ms, maxMs }) =>
          `${part.padEnd(12)} ${String(count).padStart(5)} ${seconds(p50Ms).padStart(28)} ${seconds(maxMs).padStart(8)}`,
      ),
      ...examples,
    ].join('\n'),
    figures: { dossiers, attention, lost, doubled, disordered, violations, recovery, kills },
  };
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1_000).toFixed(1)} s` : '–';
}
