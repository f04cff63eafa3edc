import { runBurst, type BurstResult } from './harness/burst';
import { latenciesOf, untilFinished } from './harness/dossier-ends';
import type { BenchRun } from './harness/bench-run';
import { fileAtPace } from './harness/file-at-pace';
import { measuredProduct } from './harness/measured-product';
import { pairedTable, type PairedMeasure } from './harness/paired-table';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { percentile, spreadOf } from './harness/statistics';
import { WHOLE_BIRTHS } from './journey';
import { appendAtRate, type Appended } from './synclog/append-load';
import { sealLag, type SealLag } from './synclog/seal-lag';

const OFFICERS = { minMs: 5, maxMs: 50 };
const PER_SECOND = 2_000;
const SECONDS = 60;
const EVERY_MS = 1_000;
const WARM_UP = 30;
const FINISH_DEADLINE_MS = 300_000;
/** Share of the births a second that the sync log may cost. */
const COST_GOAL = 0.15;
const LAG_GOAL_MS = 2_000;
const RATE_TOLERANCE = 0.02;

interface LoadedRun {
  appended: Appended | null;
  lag: SealLag;
  /** From the filing of a birth to its end, ms. */
  latenciesMs: number[];
  foreignShare: number;
}

interface Repeat {
  without: LoadedRun;
  with: LoadedRun;
  unlogged: BurstResult;
  logged: BurstResult;
}

/** Entries at a rate beside births: whether all are taken, how soon each is under a signature, what births notice. And what the whole sync log costs a birth. */
export async function synclog(run: BenchRun): Promise<BenchReport> {
  run.say(
    `synclog: ${PER_SECOND} entries/s for ${SECONDS} s beside births at ${1_000 / EVERY_MS}/s; then ${run.count} births at once, with and without the log; ${run.repeats} interleaved repeats`,
  );
  const repeats: Repeat[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) repeats.push(await runRepeat(run, repeat));
  const cost = spreadOf(repeats.map(({ logged, unlogged }) => 1 - logged.perSecond / unlogged.perSecond));
  const rates = spreadOf(repeats.map(({ with: { appended } }) => rateOf(appended)));
  const worstLagMs = Math.max(...repeats.map((one) => one.with.lag.max));
  return {
    settings: { officers: OFFICERS, perSecond: PER_SECOND, seconds: SECONDS, everyMs: EVERY_MS, warmUp: WARM_UP },
    goals: [
      {
        text: `≥ ${PER_SECOND} entries/s are taken while the main job runs (median ${rates.median.toFixed(0)}/s)`,
        isMet: rates.median >= PER_SECOND * (1 - RATE_TOLERANCE),
      },
      {
        text: `each is under a signature within ${LAG_GOAL_MS} ms (longest ${worstLagMs.toFixed(0)} ms)`,
        isMet: worstLagMs <= LAG_GOAL_MS,
      },
      {
        text: `the log costs ≤ ${COST_GOAL * 100} % of the births a second (median ${(cost.median * 100).toFixed(1)} %)`,
        isMet: cost.median <= COST_GOAL,
      },
    ],
    text: textOf(repeats),
    figures: { repeats, cost, rates },
  };
}

async function runRepeat(run: BenchRun, repeat: number): Promise<Repeat> {
  const without = await runLoaded(run, repeat, 0);
  const loaded = await runLoaded(run, repeat, PER_SECOND);
  run.say(
    `  repeat ${repeat}: ${rateOf(loaded.appended).toFixed(0)} entries/s taken, sealed after p99 ${loaded.lag.p99.toFixed(0)} ms, at most ${loaded.lag.max.toFixed(0)} ms`,
  );
  const unlogged = await runBurst(run, 'unlogged', repeat, WHOLE_BIRTHS);
  const logged = await runBurst(run, 'ours', repeat, WHOLE_BIRTHS);
  run.say(
    `  repeat ${repeat}: ${unlogged.perSecond.toFixed(1)} births/s without a log, ${logged.perSecond.toFixed(1)}/s with it`,
  );
  return { without, with: loaded, unlogged, logged };
}

/** @param perSecond entries beside the births; 0 = none */
function runLoaded(run: BenchRun, repeat: number, perSecond: number): Promise<LoadedRun> {
  const label = `${perSecond === 0 ? 'bare' : 'appending'}_${repeat}`;
  const seed = run.seed + repeat * 10_000;
  return measuredProduct(run, { label, officers: OFFICERS }, async (opened, meter) => {
    const { side, databaseUrl } = opened;
    const warmUp = await side.simulators.file('birth', WARM_UP, seed + 1_000_000);
    await untilFinished(opened, warmUp.codes, FINISH_DEADLINE_MS);
    await meter.start();
    const from = new Date();
    const load = perSecond === 0 ? null : appendAtRate({ databaseUrl, perSecond, seconds: SECONDS });
    const [filedAt, appended] = await Promise.all([
      fileAtPace(side, { count: (SECONDS * 1_000) / EVERY_MS, everyMs: EVERY_MS, seed }),
      load,
    ]);
    const ends = await untilFinished(opened, [...filedAt.keys()], FINISH_DEADLINE_MS);
    await meter.end();
    const lag = await sealLag(databaseUrl, { from, to: new Date() });
    return { appended, lag, latenciesMs: latenciesOf(filedAt, ends) };
  });
}

function rateOf(appended: Appended | null): number {
  return appended === null ? 0 : appended.entries / appended.seconds;
}

const LOADED: readonly PairedMeasure<LoadedRun>[] = [
  { head: 'entries a second that were appended', of: ({ appended }) => rateOf(appended), digits: 0 },
  { head: 'entries, those of the births included', of: ({ lag }) => lag.entries, digits: 0 },
  { head: 'written → signed p50, ms', of: ({ lag }) => lag.p50, digits: 0 },
  { head: 'written → signed p99, ms', of: ({ lag }) => lag.p99, digits: 0 },
  { head: 'written → signed max, ms', of: ({ lag }) => lag.max, digits: 0 },
  { head: 'filed → finished p50, ms', of: ({ latenciesMs }) => percentile(latenciesMs, 50), digits: 0 },
  { head: 'filed → finished p99, ms', of: ({ latenciesMs }) => percentile(latenciesMs, 99), digits: 0 },
];

function textOf(repeats: readonly Repeat[]): string {
  const births = repeats.map(({ unlogged, logged }) => ({ without: unlogged, with: logged }));
  const count = (of: (result: BurstResult) => number) => (result: BurstResult) =>
    of(result) / result.latenciesMs.length;
  return [
    'with and without entries beside the births:',
    pairedTable(repeats, LOADED),
    'with and without the sync log, per birth:',
    pairedTable(births, [
      { head: 'births a second', of: ({ perSecond }) => perSecond, digits: 1 },
      { head: 'rows written', of: count(({ usage }) => usage.rows), digits: 0 },
      { head: 'WAL kB', of: count(({ usage }) => usage.walBytes / 1_024), digits: 0 },
      { head: 'CPU ms, own processes', of: count(({ usage }) => usage.cpuMs), digits: 1 },
      { head: 'CPU ms, PostgreSQL', of: count(({ usage }) => usage.postgresCpuMs), digits: 1 },
    ]),
    ...quietLines([
      ...repeats.flatMap((one) => [one.without.foreignShare, one.with.foreignShare]),
      ...births.flatMap((pair) => [pair.without.usage.foreignShare, pair.with.usage.foreignShare]),
    ]),
  ].join('\n');
}
