import { openSide, type BenchRun, type OpenSide } from './harness/bench-run';
import { memoryOf } from './harness/process-memory';
import type { BenchReport } from './harness/report';
import { until } from './harness/until';

const OFFICERS = { minMs: 5, maxMs: 50 };
const STEPS_OF_BIRTH = 5;
/** Births under way at once: the next ones are filed when these are done, so that memory is what history leaves and not what a burst takes. */
const WAVE = 250;
/** The first look comes after this share of the dossiers. */
const FIRST_SHARE = 0.2;
const GOAL = 1.1;
/** Memory is read while these last waves before a look are carried. One reading is a moment between two collections, and at rest it is chance
 *  whether V8 gives back what the burst took: the median over the work is what an operator sees. */
const READ_WAVES = 4;
const BETWEEN_READINGS_MS = 1_000;
const WAVE_DEADLINE_MS = 300_000;

interface Look {
  births: number;
  /** Median of the readings, bytes. */
  residentBytes: number;
  /** Every reading of the look, bytes, oldest first. */
  readings: readonly number[];
}

/** What our processes keep of dossiers that are done: resident memory after many against after a fifth of them. */
export async function memory(run: BenchRun): Promise<BenchReport> {
  run.say(`memory: ${run.count} births in waves of ${WAVE}`);
  const opened = await openSide(run, 'ours', 'memory', OFFICERS);
  try {
    const looks = await carry(run, opened);
    const goals = Object.entries(looks).map(([name, [first, last]]) => ({
      text: `${name}: resident after ${last.births} ≤ ${GOAL} × after ${first.births}`,
      isMet: last.residentBytes <= GOAL * first.residentBytes,
    }));
    const text = Object.entries(looks).map(lineOf).join('\n');
    return { settings: { officers: OFFICERS, wave: WAVE }, goals, text, figures: { looks } };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}

async function carry(run: BenchRun, { side }: OpenSide): Promise<Record<string, [Look, Look]>> {
  const firstAt = Math.ceil((run.count * FIRST_SHARE) / WAVE) * WAVE;
  let births = 0;
  const carryTo = async (goal: number): Promise<Record<string, Look>> => {
    const readings = new Readings(side.pids);
    while (births < goal) {
      const wave = Math.min(WAVE, goal - births);
      if (births + READ_WAVES * WAVE >= goal) readings.start();
      await side.simulators.file('birth', wave, run.seed + births);
      births += wave;
      await waveDone(side, births);
    }
    run.say(`  ${births} births done`);
    return readings.end(births);
  };
  const first = await carryTo(Math.min(firstAt, run.count));
  const last = await carryTo(run.count);
  return Object.fromEntries(Object.keys(side.pids).map((name) => [name, [first[name], last[name]]]));
}

async function waveDone(side: OpenSide['side'], births: number): Promise<void> {
  await until(
    async () => {
      side.assertRunning();
      const totals = await side.simulators.totals();
      return ['dvclt status', 'dvcqg progress'].every(
        (key) => (totals.get(key)?.effects ?? 0) >= STEPS_OF_BIRTH * births,
      );
    },
    WAVE_DEADLINE_MS,
    'the end of a wave',
    500,
  );
}

/** Resident memory of each process again and again, from `start` to `end`. */
class Readings {
  private readonly taken = new Map<string, number[]>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly pids: OpenSide['side']['pids']) {}

  start(): void {
    this.timer ??= setInterval(() => this.read(), BETWEEN_READINGS_MS);
  }

  end(births: number): Record<string, Look> {
    clearInterval(this.timer);
    this.read();
    return Object.fromEntries(
      [...this.taken].map(([name, bytes]) => [name, { births, residentBytes: medianOf(bytes), readings: bytes }]),
    );
  }

  private read(): void {
    for (const [name, pid] of Object.entries(this.pids))
      this.taken.set(name, [...(this.taken.get(name) ?? []), memoryOf(pid).residentBytes]);
  }
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function lineOf([name, [first, last]]: [string, [Look, Look]]): string {
  const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;
  const ratio = (last.residentBytes / first.residentBytes).toFixed(2);
  return `${name.padEnd(10)} ${megabytes(first.residentBytes)} after ${first.births}   ${megabytes(last.residentBytes)} after ${last.births}   ${ratio} ×`;
}
