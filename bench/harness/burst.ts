import { assertCleanState } from './clean-state';
import { openSide, type BenchRun, type OpenSide, type SideName } from './bench-run';
import { Meter, STATISTICS_LAG_MS, type Usage } from './meter';
import type { OfficerPace } from './side';
import type { EffectTotal, SimulatorClient } from './simulator-client';
import { pause, until } from './until';

/** A burst: many births filed at once, timed until the last of them has got to where the bench looks. */
export interface BurstPlan {
  officers: OfficerPace;
  /** When it is done, nothing is in motion any more: then the whole state is checked too. @default false */
  endsAtRest?: boolean;
  /** Whether `cases` dossiers, warm-up included, have got there. */
  isDone(totals: ReadonlyMap<string, EffectTotal>, cases: number): boolean;
  /** When each of these dossiers got there, epoch ms; the order of `codes`.
   *  @throws Error when the ledger shows something that must not be */
  endTimes(simulators: SimulatorClient, codes: readonly string[]): Promise<number[]>;
}

export interface BurstResult {
  perSecond: number;
  elapsedMs: number;
  /** From the filing of all to each dossier's own end. */
  latenciesMs: number[];
  usage: Usage;
}

/** Opens log-ins and connections, fills plan caches, and lets the compiler see the hot paths. */
const WARM_UP = 30;
const DEADLINE_MS = 1_200_000;
/** The end is read from the ledger; asking often would only take time from the simulators. */
const ASK_EVERY_MS = 500;

/** One side, once. */
export async function runBurst(
  run: BenchRun,
  sideName: SideName,
  repeat: number,
  plan: BurstPlan,
): Promise<BurstResult> {
  const opened = await openSide(run, sideName, String(repeat), plan.officers);
  const meter = new Meter(run.services, opened.side, opened.database);
  try {
    const measured = await measure(run, opened, meter, { ...plan, seed: run.seed + repeat });
    if (plan.endsAtRest && sideName === 'ours') await assertCleanState(opened.databaseUrl, opened.side.simulators.url);
    await opened.stop();
    return { ...measured, usage: await meter.usage() };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}

async function measure(
  run: BenchRun,
  { side }: OpenSide,
  meter: Meter,
  plan: BurstPlan & { seed: number },
): Promise<Omit<BurstResult, 'usage'>> {
  const { simulators } = side;
  const finish = (cases: number): Promise<void> =>
    until(
      async () => {
        side.assertRunning();
        return plan.isDone(await simulators.totals(), cases);
      },
      DEADLINE_MS,
      'end of the burst',
      ASK_EVERY_MS,
    );
  await simulators.file('birth', WARM_UP, plan.seed + 1_000_000);
  await finish(WARM_UP);
  await pause(STATISTICS_LAG_MS);
  await meter.start();
  const { codes, askedAtMs } = await simulators.file('birth', run.count, plan.seed);
  await finish(WARM_UP + run.count);
  await meter.end();
  const ends = await plan.endTimes(simulators, codes);
  const elapsedMs = Math.max(...ends) - askedAtMs;
  return {
    elapsedMs,
    perSecond: (run.count * 1_000) / elapsedMs,
    latenciesMs: ends.map((end) => end - askedAtMs),
  };
}

/** Both sides, A-B-A-B: what the machine does besides hits both alike. */
export async function interleave(run: BenchRun, plan: BurstPlan): Promise<{ floor: BurstResult; ours: BurstResult }[]> {
  const pairs: { floor: BurstResult; ours: BurstResult }[] = [];
  for (let repeat = 1; repeat <= run.repeats; repeat += 1) {
    const floor = await runBurst(run, 'floor', repeat, plan);
    run.say(`  repeat ${repeat}: floor ${floor.perSecond.toFixed(1)}/s`);
    const ours = await runBurst(run, 'ours', repeat, plan);
    const ratio = (ours.perSecond / floor.perSecond).toFixed(2);
    run.say(`  repeat ${repeat}: ours ${ours.perSecond.toFixed(1)}/s, ${ratio} × floor`);
    pairs.push({ floor, ours });
  }
  return pairs;
}
