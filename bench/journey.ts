import type { BenchRun } from './harness/bench-run';
import { interleave, type BurstPlan } from './harness/burst';
import type { BenchReport } from './harness/report';
import type { EffectLine, SimulatorClient } from './harness/simulator-client';
import { spreadOf } from './harness/statistics';
import { burstTable, ratiosOf } from './harness/burst-table';
import { runPaced, pacedLines } from './harness/paced';

/** Officers who take next to no time, so that the machine is measured and not the pause of a person. */
const OFFICERS = { minMs: 5, maxMs: 50 };
const STRAIGHT_PATH = '1,3,7,4,5';
const STEPS_OF_BIRTH = 5;
const RATIO_GOAL = 0.4;

/** From the filing of all births to DVCLT's 5 and the portal's 10 for each. */
export const WHOLE_BIRTHS: BurstPlan = {
  officers: OFFICERS,
  endsAtRest: true,
  // The fifth row of progress is the last call to the portal, the fifth status the last one to DVCLT.
  isDone: (totals, cases) =>
    ['dvclt status', 'dvcqg progress'].every((key) => (totals.get(key)?.effects ?? 0) >= STEPS_OF_BIRTH * cases),
  endTimes,
};

/** Whole births at once; then one at a time, paced. */
export async function journey(run: BenchRun): Promise<BenchReport> {
  run.say(`journey: ${run.count} births at once, ${run.repeats} interleaved repeats`);
  const pairs = await interleave(run, WHOLE_BIRTHS);
  run.say('journey, paced: births at 2/s, default configuration');
  const paced = await runPaced(run);
  const ratio = spreadOf(ratiosOf(pairs));
  return {
    settings: { officers: OFFICERS, kind: 'birth', steps: STEPS_OF_BIRTH },
    goals: [
      { text: `journeys/s ≥ ${RATIO_GOAL} × floor (median)`, isMet: ratio.median >= RATIO_GOAL },
      { text: 'list → hộ tịch p95 ≤ 5 s, paced', isMet: paced.registeredMs.p95 <= 5_000 },
    ],
    text: [burstTable(pairs, 'birth'), ...pacedLines(paced)].join('\n'),
    figures: { pairs, ratio, paced },
  };
}

/** @throws Error when a dossier has another end, or more than one registration */
async function endTimes(simulators: SimulatorClient, codes: readonly string[]): Promise<number[]> {
  const [dvclt, portal, registry] = await Promise.all(
    ['dvclt', 'dvcqg', 'hotich'].map((system) => simulators.ledger(system)),
  );
  const statuses = byCode(dvclt, 'status');
  if (codes.some((code) => statuses.get(code)?.order.join() !== STRAIGHT_PATH))
    throw new Error('a dossier did not take the straight path at DVCLT');
  if ([...byCode(portal, 'status').values()].some(({ order }) => order.at(-1) !== 10))
    throw new Error('a dossier is not finished at the portal');
  if ([...byCode(registry, 'registration').values()].some(({ count }) => count !== 1))
    throw new Error('a dossier was not registered exactly once');
  // The portal's ledger knows the one-stop's codes: its very last row counts for all.
  const lastProgressMs = Math.max(...[...byCode(portal, 'progress').values()].map(lastAtMs));
  const ends = codes.map((code) => lastAtMs(statuses.get(code) as EffectLine));
  const latest = ends.indexOf(Math.max(...ends));
  ends[latest] = Math.max(ends[latest], lastProgressMs);
  return ends;
}

function byCode(lines: readonly EffectLine[], kind: string): Map<string, EffectLine> {
  return new Map(lines.filter((line) => line.kind === kind).map((line) => [line.code, line]));
}

function lastAtMs({ at }: EffectLine): number {
  return Date.parse(at.at(-1) ?? '');
}
