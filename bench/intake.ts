import type { BenchRun } from './harness/bench-run';
import { interleave, type BurstPlan } from './harness/burst';
import { burstTable, ratiosOf } from './harness/burst-table';
import type { BenchReport } from './harness/report';
import type { SimulatorClient } from './harness/simulator-client';
import { percentile, spreadOf } from './harness/statistics';

/** Officers who do not get round to deciding while the bench runs: the journey ends at the one-stop's desk. */
const OFFICERS = { minMs: 3_600_000, maxMs: 3_600_000 };
const RATIO_GOAL = 0.8;
const P99_GOAL = 2;

const PLAN: BurstPlan = {
  officers: OFFICERS,
  isDone: (totals, cases) => (totals.get('dvclt acknowledged')?.effects ?? 0) >= cases,
  endTimes: acknowledgedAt,
};

/** Intake: from the listing of all to the acknowledgement of each, which waits for the commit. */
export async function intake(run: BenchRun): Promise<BenchReport> {
  run.say(`intake: ${run.count} births listed at once, ${run.repeats} interleaved repeats`);
  const pairs = await interleave(run, PLAN);
  const ratio = spreadOf(ratiosOf(pairs));
  const p99Ratio = spreadOf(
    pairs.map(({ floor, ours }) => percentile(ours.latenciesMs, 99) / percentile(floor.latenciesMs, 99)),
  );
  return {
    settings: { officers: OFFICERS, kind: 'birth' },
    goals: [
      { text: `items/s ≥ ${RATIO_GOAL} × floor (median)`, isMet: ratio.median >= RATIO_GOAL },
      { text: `p99 ≤ ${P99_GOAL} × floor's (median)`, isMet: p99Ratio.median <= P99_GOAL },
    ],
    text: burstTable(pairs, 'item'),
    figures: { pairs, ratio, p99Ratio },
  };
}

async function acknowledgedAt(simulators: SimulatorClient, codes: readonly string[]): Promise<number[]> {
  const lines = (await simulators.ledger('dvclt')).filter(({ kind }) => kind === 'acknowledged');
  const atOf = new Map(lines.map(({ code, at }) => [code, Date.parse(at[0])]));
  return codes.map((code) => atOf.get(code) ?? Number.NaN);
}
