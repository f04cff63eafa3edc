import { tableOf, type Column } from '../apps/cli/output/table';
import type { BenchRun, OpenSide } from './harness/bench-run';
import { untilFinished } from './harness/dossier-ends';
import { measuredProduct } from './harness/measured-product';
import { type Meter, STATISTICS_LAG_MS } from './harness/meter';
import { quietLines } from './harness/quiet';
import type { BenchReport } from './harness/report';
import { faultLines, inversionsOf, settledState, type SettledState } from './harness/settled-state';
import { median, percentile } from './harness/statistics';
import { pause } from './harness/until';
import { failureRules, isFailing, slowness } from './order/failing-dossiers';

const OFFICERS = { minMs: 5, maxMs: 50 };
const PARTNER_MS = [10, 50, 100] as const;
const SHARES = [0, 0.01, 0.05] as const;
const WARM_UP = 30;
const GOAL = 0.95;
const THROUGH_PERCENT = 95;
const HEALTHY_DEADLINE_MS = 1_200_000;
/** Those that failed are tried again after up to half a minute, and their circuits open step by step. */
const REST_DEADLINE_MS = 600_000;

interface OrderRun {
  partnerMs: number;
  share: number;
  repeat: number;
  /** From the filing of all to each dossier's end, ms; the order of filing. Of those that failed, NaN. */
  endsMs: number[];
  state: SettledState;
  /** Part of the machine that others used meanwhile, 0 to 1. */
  foreignShare: number;
}

interface Row {
  partnerMs: number;
  share: number;
  perSecond: number;
  p99Ms: number;
  /** Against the same dossiers of the run in which none failed; median of the repeats. */
  ratio: number;
  p99Ratio: number;
  inversions: number;
}

/** Births at once, of which some fail at one partner: whether they disturb the order, or the others. */
export async function order(run: BenchRun): Promise<BenchReport> {
  run.say(`order: ${run.count} births at once; ${run.repeats} interleaved repeats at each pace of the partners`);
  const runs: OrderRun[] = [];
  for (const partnerMs of PARTNER_MS) {
    for (let repeat = 1; repeat <= run.repeats; repeat += 1)
      for (const share of SHARES) runs.push(await runOnce(run, { partnerMs, share, repeat }));
  }
  const rows = PARTNER_MS.flatMap((partnerMs) => SHARES.map((share) => rowOf(runs, partnerMs, share)));
  const count = (of: (state: SettledState) => readonly unknown[]): number =>
    runs.reduce((sum, { state }) => sum + of(state).length, 0);
  const [inversions, lost, doubled] = [count(inversionsOf), count((one) => one.lost), count((one) => one.doubled)];
  const violations = count((one) => one.violations);
  return {
    settings: { officers: OFFICERS, partnerMs: PARTNER_MS, shares: SHARES, warmUp: WARM_UP },
    goals: [
      { text: `inversions: ${inversions}`, isMet: inversions === 0 },
      { text: `lost: ${lost}, doubled: ${doubled}`, isMet: lost + doubled === 0 },
      { text: `violations found by verify state: ${violations}`, isMet: violations === 0 },
      ...rows
        .filter(({ share }) => share > 0)
        .map(({ partnerMs, share, ratio }) => ({
          text: `healthy/s with ${share * 100} % failing, partner at ${partnerMs} ms ≥ ${GOAL} × without (median ${ratio.toFixed(2)})`,
          isMet: ratio >= GOAL,
        })),
    ],
    text: [
      tableOf(rows, COLUMNS),
      ...quietLines(runs.map(({ foreignShare }) => foreignShare)),
      ...runs.flatMap(({ state }) => faultLines(state)),
    ].join('\n'),
    figures: { rows, runs },
  };
}

async function runOnce(run: BenchRun, of: Pick<OrderRun, 'partnerMs' | 'share' | 'repeat'>): Promise<OrderRun> {
  const { partnerMs, share, repeat } = of;
  const label = `order_${partnerMs}_${share * 100}_${repeat}`;
  const measured = await measuredProduct(run, { label, officers: OFFICERS }, (opened, meter) =>
    measure(opened, meter, { ...of, count: run.count, seed: run.seed + repeat }),
  );
  const { perSecond } = speedOf(measured.endsMs, share);
  run.say(`  ${partnerMs} ms, ${share * 100} % failing, repeat ${repeat}: ${perSecond.toFixed(1)} healthy/s`);
  return { ...of, ...measured };
}

async function measure(
  opened: OpenSide,
  meter: Meter,
  load: { partnerMs: number; share: number; count: number; seed: number },
): Promise<Pick<OrderRun, 'endsMs' | 'state'>> {
  const { simulators } = opened.side;
  const { partnerMs, share } = load;
  await simulators.setFaults(slowness(partnerMs));
  const warmUp = await simulators.file('birth', WARM_UP, load.seed + 1_000_000);
  await untilFinished(opened, warmUp.codes, HEALTHY_DEADLINE_MS);
  await pause(STATISTICS_LAG_MS);
  await meter.start();
  const { codes, askedAtMs } = await simulators.file('birth', load.count, load.seed);
  const rules = failureRules(codes, share);
  if (rules.length > 0) await simulators.setFaults(rules);
  const healthy = codes.filter((_, place) => !isFailing(place, share));
  const ends = await untilFinished(opened, healthy, HEALTHY_DEADLINE_MS);
  await meter.end();
  const endsMs = codes.map((code, place) =>
    isFailing(place, share) ? Number.NaN : (ends.get(code) ?? Number.NaN) - askedAtMs,
  );
  await simulators.clearFaults();
  await untilFinished(opened, codes, REST_DEADLINE_MS);
  return { endsMs, state: await settledState(opened, [...warmUp.codes, ...codes]) };
}

/** Throughput and p99 of the dossiers that are healthy at this share, whether or not any failed in that run. The throughput is that of the first 95 %: the
 *  very last dossier ends when the registry is asked about it again, and the pause before that grows to ten seconds. */
function speedOf(endsMs: readonly number[], share: number): { perSecond: number; p99Ms: number } {
  const healthy = endsMs.filter((_, place) => !isFailing(place, share));
  const throughMs = percentile(healthy, THROUGH_PERCENT);
  return { perSecond: (healthy.length * THROUGH_PERCENT * 10) / throughMs, p99Ms: percentile(healthy, 99) };
}

function rowOf(runs: readonly OrderRun[], partnerMs: number, share: number): Row {
  const at = (which: number): OrderRun[] =>
    runs.filter((one) => one.partnerMs === partnerMs && one.share === which).sort((a, b) => a.repeat - b.repeat);
  const own = at(share);
  const speeds = own.map(({ endsMs }) => speedOf(endsMs, share));
  const without = at(0).map(({ endsMs }) => speedOf(endsMs, share));
  return {
    partnerMs,
    share,
    perSecond: median(speeds.map((one) => one.perSecond)),
    p99Ms: median(speeds.map((one) => one.p99Ms)),
    ratio: median(speeds.map((one, repeat) => one.perSecond / without[repeat].perSecond)),
    p99Ratio: median(speeds.map((one, repeat) => one.p99Ms / without[repeat].p99Ms)),
    inversions: own.reduce((sum, { state }) => sum + inversionsOf(state).length, 0),
  };
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'partner, ms', value: (row) => String(row.partnerMs), align: 'right' },
  { head: 'failing', value: (row) => `${row.share * 100} %`, align: 'right' },
  { head: 'healthy/s', value: (row) => row.perSecond.toFixed(1), align: 'right' },
  { head: '÷ without', value: (row) => row.ratio.toFixed(2), align: 'right' },
  { head: 'p99, ms', value: (row) => row.p99Ms.toFixed(0), align: 'right' },
  { head: '÷ without', value: (row) => row.p99Ratio.toFixed(2), align: 'right' },
  { head: 'inversions', value: (row) => String(row.inversions), align: 'right' },
];
