import { ApiClient } from '../apps/cli/client/api-client';
import { connectionOf } from '../apps/cli/client/connection';
import type { BenchRun, OpenSide } from './harness/bench-run';
import { latenciesOf, untilFinished } from './harness/dossier-ends';
import { fileAtPace } from './harness/file-at-pace';
import { measuredProduct } from './harness/measured-product';
import type { Meter } from './harness/meter';
import { pairedTable } from './harness/paired-table';
import type { ProductSide } from './harness/product-side';
import { queryOnce } from './harness/query-once';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { faultLines, inversionsOf, settledState, type SettledState } from './harness/settled-state';
import { percentile, spreadOf } from './harness/statistics';
import { until } from './harness/until';
import { copyBacklog } from './hold/copied-backlog';
import { drainedLanes, type DrainedLanes } from './hold/drained-lanes';

export interface HoldOptions {
  /** Births that are filed beside the backlog. */
  load: number;
  /** Deliveries a second that the released hold lets go. */
  rate: number;
}

const OFFICERS = { minMs: 5, maxMs: 50 };
const HELD = 'dvcqg';
const EVERY_MS = 1_000;
const WARM_UP = 30;
/** Births that are carried as far as the hold lets them, and then copied. */
const ORIGINALS = 20;
const GOAL = 1.1;
const RATE_TOLERANCE = 0.05;
const FINISH_DEADLINE_MS = 600_000;
const REST_DEADLINE_MS = 60_000;
/** A drain may take so many times what its rate says. */
const DRAIN_PATIENCE = 3;

interface HoldRun {
  /** Waiting deliveries when the load began. */
  backlog: number;
  /** Deliveries to the partners that are not held, from their making to their settlement, ms. */
  othersMs: number[];
  /** From the filing of a birth to DVCLT's 5, ms. */
  latenciesMs: number[];
  /** How long the hold's own page took, ms. */
  showMs: number;
  /** What the page said that the drain would take, s. */
  forecastSeconds: number | null;
  drain: DrainedLanes;
  state: SettledState;
  /** Part of the machine that others used while the load ran, 0 to 1. */
  foreignShare: number;
}

/** The portal is held while a load runs on top of a backlog; then it drains. */
export async function hold(run: BenchRun, options: HoldOptions): Promise<BenchReport> {
  run.say(
    `hold: ${run.count} waiting deliveries of ${HELD}, ${options.load} births at ${1_000 / EVERY_MS}/s, drained at ${options.rate}/s; ${run.repeats} interleaved repeats`,
  );
  const pairs: { without: HoldRun; with: HoldRun }[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) {
    const without = await runOnce(run, options, { repeat, deliveries: 0 });
    const held = await runOnce(run, options, { repeat, deliveries: run.count });
    pairs.push({ without, with: held });
    run.say(
      `  repeat ${repeat}: others' p99 ${p99(without).toFixed(0)} ms without, ${p99(held).toFixed(0)} ms with the backlog; drained at ${held.drain.perSecond.toFixed(1)}/s`,
    );
  }
  const ratio = spreadOf(pairs.map((pair) => p99(pair.with) / p99(pair.without)));
  const runs = pairs.flatMap((pair) => [pair.without, pair.with]);
  return {
    settings: { ...options, officers: OFFICERS, held: HELD, everyMs: EVERY_MS, warmUp: WARM_UP, originals: ORIGINALS },
    goals: [
      ...stateGoals(runs),
      ...rateGoals(pairs, options.rate),
      {
        text: `p99 of the other partners' deliveries ≤ ${GOAL} × without (median ${ratio.median.toFixed(2)})`,
        isMet: ratio.median <= GOAL,
      },
    ],
    text: textOf(pairs),
    figures: { pairs, ratio },
  };
}

const p99 = ({ othersMs }: HoldRun): number => percentile(othersMs, 99);

function stateGoals(runs: readonly HoldRun[]): BenchReport['goals'] {
  const count = (of: (run: HoldRun) => number): number => runs.reduce((sum, one) => sum + of(one), 0);
  const none: readonly [string, (run: HoldRun) => number][] = [
    ['lost', ({ drain, state }) => drain.left + state.lost.length],
    ['refused', ({ state }) => state.refused],
    ['doubled', ({ state }) => state.doubled.length],
    ['out of order', ({ drain, state }) => drain.disordered.length + inversionsOf(state).length],
    ['violations found by verify state, copies left out', ({ state }) => state.violations.length],
  ];
  return none.map(([what, of]) => ({ text: `${what}: ${count(of)}`, isMet: count(of) === 0 }));
}

/** A short drain says nothing about a rate: that of the backlog counts. */
function rateGoals(pairs: readonly { with: HoldRun }[], rate: number): BenchReport['goals'] {
  const { median } = spreadOf(pairs.map((pair) => pair.with.drain.perSecond));
  return [
    {
      text: `drained at ${rate}/s ± ${RATE_TOLERANCE * 100} % (median ${median.toFixed(1)}/s)`,
      isMet: Math.abs(median / rate - 1) <= RATE_TOLERANCE,
    },
  ];
}

function textOf(pairs: readonly { without: HoldRun; with: HoldRun }[]): string {
  const runs = pairs.flatMap((pair) => [pair.without, pair.with]);
  const table = pairedTable(pairs, [
    { head: 'waiting deliveries when the load began', of: ({ backlog }) => backlog, digits: 0 },
    { head: "others' deliveries p50, ms", of: ({ othersMs }) => percentile(othersMs, 50), digits: 0 },
    { head: "others' deliveries p99, ms", of: p99, digits: 0 },
    { head: 'filed → 5 at DVCLT p99, ms', of: ({ latenciesMs }) => percentile(latenciesMs, 99), digits: 0 },
    { head: 'page of the hold, ms', of: ({ showMs }) => showMs, digits: 0 },
    { head: 'its forecast of the drain, s', of: ({ forecastSeconds }) => forecastSeconds ?? Number.NaN, digits: 0 },
    { head: 'drained deliveries', of: ({ drain }) => drain.deliveries, digits: 0 },
    { head: 'drained a second', of: ({ drain }) => drain.perSecond, digits: 1 },
    { head: 'most calls in a second', of: ({ drain }) => drain.mostInASecond, digits: 0 },
  ]);
  const wrong = runs.flatMap(({ drain, state }) => [
    ...drain.disordered.slice(0, 20).map((line) => `  ${line}`),
    ...faultLines(state),
  ]);
  const how = `the backlog: ${ORIGINALS} births carried as far as the hold lets them, copied in the database`;
  return [table, how, ...quietLines(runs.map(({ foreignShare }) => foreignShare)), ...wrong].join('\n');
}

interface Load extends HoldOptions {
  seed: number;
  /** Waiting deliveries that are put there before the load. */
  deliveries: number;
}

function runOnce(
  run: BenchRun,
  options: HoldOptions,
  { repeat, deliveries }: { repeat: number; deliveries: number },
): Promise<HoldRun> {
  const label = `${deliveries > 0 ? 'backlog' : 'bare'}_${repeat}`;
  return measuredProduct(run, { label, officers: OFFICERS }, (opened, meter) =>
    measure(opened, meter, { ...options, deliveries, seed: run.seed + repeat * 10_000 }),
  );
}

async function measure(
  opened: OpenSide<ProductSide>,
  meter: Meter,
  { load, rate, seed, deliveries }: Load,
): Promise<Omit<HoldRun, 'foreignShare'>> {
  const { side, databaseUrl } = opened;
  const operator = new ApiClient(connectionOf({ data: side.dataDir, as: 'operator' }, {}));
  const warmUp = await side.simulators.file('birth', WARM_UP, seed + 1_000_000);
  await untilFinished(opened, warmUp.codes, FINISH_DEADLINE_MS);
  const { id } = await operator.post<{ id: string }>(`/partners/${HELD}/holds`, { reason: 'bench' });
  const originals = await side.simulators.file('birth', ORIGINALS, seed + 2_000_000);
  await untilFinished(opened, originals.codes, FINISH_DEADLINE_MS, { withPortal: false });
  const dossierIds = await untilOnlyHeldIsLeft(databaseUrl, ORIGINALS);
  const copied = deliveries > 0 ? await copyBacklog(databaseUrl, { dossierIds, deliveries }) : NOTHING_COPIED;
  const backlog = await waitingOf(databaseUrl);

  await meter.start();
  const since = new Date();
  const filedAt = await fileAtPace(side, { count: load, everyMs: EVERY_MS, seed });
  const codes = [...filedAt.keys()];
  const ends = await untilFinished(opened, codes, FINISH_DEADLINE_MS, { withPortal: false });
  await untilOnlyHeldIsLeft(databaseUrl, ORIGINALS + load);
  await meter.end();
  const othersMs = await othersOf(databaseUrl, since);

  const askedMs = performance.now();
  const page = await operator.get<{ deliveries: number }>(`/holds/${id}`);
  const showMs = performance.now() - askedMs;
  const releasedAt = new Date();
  const released = await operator.post<{ drainSeconds: number | null }>(`/holds/${id}/release`, {
    ratePerSecond: rate,
  });
  const patienceMs = FINISH_DEADLINE_MS + (DRAIN_PATIENCE * 1_000 * page.deliveries) / rate;
  await until(async () => (await stateOf(databaseUrl, id)) === 'over', patienceMs, 'end of the drain', 1_000);
  // A hold is over when it stops nothing any more; what it let go last is still under way. What never comes to its end is told as lost.
  await until(async () => (await leftOf(databaseUrl)) === 0, REST_DEADLINE_MS, 'rest of the held partner', 500).catch(
    () => undefined,
  );
  return {
    backlog,
    othersMs,
    latenciesMs: latenciesOf(filedAt, ends),
    showMs,
    forecastSeconds: released.drainSeconds,
    drain: await drainedLanes(databaseUrl, side.simulators, releasedAt),
    state: await settledState(opened, [...warmUp.codes, ...originals.codes, ...codes], copied.dossierIds),
  };
}

const NOTHING_COPIED = { dossierIds: new Set<string>() };

async function leftOf(databaseUrl: string): Promise<number> {
  const [{ count }] = await queryOnce<{ count: number }>(
    databaseUrl,
    `select count(*)::integer as count from delivery where partner = $1 and status not in ('settled', 'cancelled')`,
    [HELD],
  );
  return count;
}

/** @returns ids of the dossiers that wait for the held partner alone, once there are so many */
async function untilOnlyHeldIsLeft(databaseUrl: string, count: number): Promise<string[]> {
  let ids: string[] = [];
  await until(
    async () => {
      const rows = await queryOnce<{ id: string; moving: boolean }>(
        databaseUrl,
        `select d.id, bool_or(v.partner <> $1) or d.routed_seq < d.version as moving
         from dossier d join delivery v on v.dossier_id = d.id and v.status not in ('settled', 'cancelled')
         where d.state = 'finished' group by d.id`,
        [HELD],
      );
      ids = rows.map((row) => row.id);
      return rows.length >= count && rows.every((row) => !row.moving);
    },
    FINISH_DEADLINE_MS,
    'dossiers that wait for the held partner alone',
    500,
  );
  return ids;
}

async function waitingOf(databaseUrl: string): Promise<number> {
  const [{ count }] = await queryOnce<{ count: number }>(
    databaseUrl,
    `select count(*)::integer as count from delivery where partner = $1 and status in ('queued', 'waiting')`,
    [HELD],
  );
  return count;
}

async function othersOf(databaseUrl: string, since: Date): Promise<number[]> {
  const rows = await queryOnce<{ ms: number }>(
    databaseUrl,
    `select extract(epoch from settled_at - created_at)::float8 * 1000 as ms
     from delivery where partner <> $1 and created_at >= $2 and status = 'settled'`,
    [HELD, since],
  );
  return rows.map(({ ms }) => ms);
}

async function stateOf(databaseUrl: string, holdId: string): Promise<string> {
  const [{ state }] = await queryOnce<{ state: string }>(databaseUrl, 'select state from hold where id = $1', [holdId]);
  return state;
}
