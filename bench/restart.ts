import { join } from 'node:path';
import { connectionOf } from '../apps/cli/client/connection';
import { openProduct, type BenchRun, type OpenSide } from './harness/bench-run';
import { latenciesOf, untilFinished } from './harness/dossier-ends';
import { fileAtPace } from './harness/file-at-pace';
import { watchForeignShare } from './harness/foreign-share';
import { GatewayFront } from './harness/gateway-front';
import { pairedTable } from './harness/paired-table';
import type { ProductSide } from './harness/product-side';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { faultLines, inversionsOf, settledState, type SettledState } from './harness/settled-state';
import { percentile, spreadOf } from './harness/statistics';
import { startExtra, supervisedPart, type Restarted, type RollingPart } from './restart/rolling-parts';

const OFFICERS = { minMs: 5, maxMs: 50 };
const EVERY_MS = 1_000;
const WARM_UP = 30;
const GOAL = 2;
const FINISH_DEADLINE_MS = 300_000;

interface RestartRun {
  /** From the filing to the end of each dossier, ms. */
  latenciesMs: number[];
  /** Of the requests to the gateways, moving on to the other one included, ms. */
  requestsMs: number[];
  /** What clients of the gateways saw of it, such as `POST /route: HTTP 503`. */
  refused: string[];
  /** Requests that were sent to the other gateway at once, since the first one took no connection. */
  movedOn: number;
  restarts: Restarted[];
  state: SettledState;
  /** Part of the machine that others used meanwhile, 0 to 1. */
  foreignShare: number;
}

/** Two gateways and two workers, restarted one after the other under load, and whether anybody notices. */
export async function restart(run: BenchRun): Promise<BenchReport> {
  run.say(
    `restart: ${run.count} births at ${1_000 / EVERY_MS}/s; ${run.repeats} interleaved repeats without and with a rolling restart`,
  );
  const pairs: { without: RestartRun; with: RestartRun }[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) {
    const without = await runOnce(run, repeat, false);
    const rolled = await runOnce(run, repeat, true);
    pairs.push({ without, with: rolled });
    run.say(`  repeat ${repeat}: p99 ${p99(without).toFixed(0)} ms without, ${p99(rolled).toFixed(0)} ms with it`);
  }
  const ratio = spreadOf(pairs.map((pair) => p99(pair.with) / p99(pair.without)));
  const runs = pairs.flatMap((pair) => [pair.without, pair.with]);
  return {
    settings: { officers: OFFICERS, everyMs: EVERY_MS, warmUp: WARM_UP, gateways: 2, workers: 2 },
    goals: [
      ...stateGoals(runs),
      { text: `p99 ≤ ${GOAL} × without (median ${ratio.median.toFixed(2)})`, isMet: ratio.median <= GOAL },
    ],
    text: textOf(pairs),
    figures: { pairs, ratio },
  };
}

const p99 = ({ latenciesMs }: RestartRun): number => percentile(latenciesMs, 99);

function stateGoals(runs: readonly RestartRun[]): BenchReport['goals'] {
  const count = (of: (run: RestartRun) => number): number => runs.reduce((sum, one) => sum + of(one), 0);
  const none: readonly [string, (run: RestartRun) => number][] = [
    ['lost', ({ state }) => state.lost.length],
    ['doubled', ({ state }) => state.doubled.length],
    ['overtaken', ({ state }) => inversionsOf(state).length],
    ['violations found by verify state', ({ state }) => state.violations.length],
    ['refused', ({ refused, state }) => refused.length + state.refused],
    ['not drained within the limit', ({ restarts }) => restarts.filter(({ isDrained }) => !isDrained).length],
  ];
  return none.map(([what, of]) => ({ text: `${what}: ${count(of)}`, isMet: count(of) === 0 }));
}

function textOf(pairs: readonly { without: RestartRun; with: RestartRun }[]): string {
  const runs = pairs.flatMap((pair) => [pair.without, pair.with]);
  const table = pairedTable(pairs, [
    { head: 'filed → finished p50, ms', of: ({ latenciesMs }) => percentile(latenciesMs, 50), digits: 0 },
    { head: 'filed → finished p99, ms', of: p99, digits: 0 },
    { head: 'filed → finished max, ms', of: ({ latenciesMs }) => Math.max(...latenciesMs), digits: 0 },
    { head: 'requests p50, ms', of: ({ requestsMs }) => percentile(requestsMs, 50), digits: 1 },
    { head: 'requests p99, ms', of: ({ requestsMs }) => percentile(requestsMs, 99), digits: 1 },
    { head: 'requests sent to the other gateway', of: ({ movedOn }) => movedOn, digits: 0 },
  ]);
  const restarts = runs
    .flatMap((one) => one.restarts)
    .map(
      ({ part, drainMs, awayMs }) =>
        `  ${part.padEnd(16)} ended after ${seconds(drainMs)}, successor ready after ${seconds(awayMs)}`,
    );
  const seen = runs
    .flatMap((one) => one.refused)
    .slice(0, 20)
    .map((line) => `  ${line}`);
  const noise = quietLines(runs.map(({ foreignShare }) => foreignShare));
  return [
    table,
    ...noise,
    '',
    'restarts:',
    ...restarts,
    ...seen,
    ...runs.flatMap(({ state }) => faultLines(state)),
  ].join('\n');
}

async function runOnce(run: BenchRun, repeat: number, isRolling: boolean): Promise<RestartRun> {
  const front = await GatewayFront.listen();
  const closeFront = run.open.add(() => front.close());
  const label = `${isRolling ? 'rolled' : 'steady'}_${repeat}`;
  const opened = await openProduct(run, label, { officers: OFFICERS, publicUrl: front.url });
  const installation = await openParts(run, opened, front);
  try {
    return await measure(opened, {
      front,
      parts: isRolling ? installation.parts : [],
      count: run.count,
      seed: run.seed + repeat * 10_000,
    });
  } finally {
    await installation.stop();
    await opened.stop();
    await closeFront();
    await opened.drop();
  }
}

/** Two gateways behind the front, two workers. */
async function openParts(
  run: BenchRun,
  { side }: OpenSide<ProductSide>,
  front: GatewayFront,
): Promise<{ parts: RollingPart[]; stop(): Promise<void> }> {
  const logDir = join(side.dataDir, 'logs');
  const gateway = await startExtra('gateway', side.stack(), logDir);
  const stopGateway = run.open.add(() => gateway.stop());
  const worker = await startExtra('worker', side.stack(), logDir);
  const stopWorker = run.open.add(() => worker.stop());
  front.lead([side.stack().baseUrl, gateway.url]);
  const { clientId, clientSecret } = connectionOf({ data: side.dataDir, as: 'oneStop' }, {});
  await side.simulators.sendDecisionsTo({ url: front.url, clientId, clientSecret });
  const supervised = (['gateway', 'worker'] as const).map((kind) => supervisedPart(kind, () => side.stack(), logDir));
  return {
    parts: [gateway, worker, ...supervised],
    stop: async () => {
      await stopWorker();
      await stopGateway();
    },
  };
}

async function measure(
  opened: OpenSide<ProductSide>,
  load: { front: GatewayFront; parts: readonly RollingPart[]; count: number; seed: number },
): Promise<RestartRun> {
  const { front, parts, count, seed } = load;
  const { side } = opened;
  const warmUp = await side.simulators.file('birth', WARM_UP, seed + 1_000_000);
  await untilFinished(opened, warmUp.codes, FINISH_DEADLINE_MS);
  front.forget();
  const foreignShare = watchForeignShare();
  const filing = fileAtPace(side, { count, everyMs: EVERY_MS, seed });
  const [filedAt, restarts] = await Promise.all([filing, rollAll(parts)]);
  const ends = await untilFinished(opened, [...filedAt.keys()], FINISH_DEADLINE_MS);
  const foreign = foreignShare();
  const { latenciesMs: requestsMs, movedOn, errors } = front.record;
  return {
    latenciesMs: latenciesOf(filedAt, ends),
    requestsMs,
    movedOn,
    refused: errors.map(({ method, route, what }) => `${method} ${route}: ${what}`),
    restarts,
    foreignShare: foreign,
    state: await settledState(opened, [...warmUp.codes, ...filedAt.keys()]),
  };
}

async function rollAll(parts: readonly RollingPart[]): Promise<Restarted[]> {
  const restarts: Restarted[] = [];
  for (const part of parts) restarts.push(await part.restart());
  return restarts;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
