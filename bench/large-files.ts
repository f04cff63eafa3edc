import { Client } from 'pg';
import { openSide, type BenchRun, type OpenSide } from './harness/bench-run';
import { takeLoopLagMs } from './harness/loop-lag';
import { forgetPeak, memoryOf } from './harness/process-memory';
import type { BenchReport } from './harness/report';
import { pause, until } from './harness/until';

const OFFICERS = { minMs: 5, maxMs: 50 };
const STEPS_OF_BIRTH = 5;
const WARM_UP = 30;
const DEADLINE_MS = 300_000;
const MAX_LAG_MS = 100;
/** Memory that the warm-up left is given back, and the last writes are done. */
const REST_MS = 3_000;

interface Part {
  baseBytes: number;
  peakBytes: number;
  loopLagMs: number;
  /** The same while it had nothing to do: what the machine does to it. */
  restLagMs: number;
}

/** Births with ten files of 5 MB each, through the whole journey: what the largest body costs in memory, and how long it holds up
 *  everything else. The bytes at the end of each way are compared with those that were sent. */
export async function largeFiles(run: BenchRun): Promise<BenchReport> {
  run.say(`large-files: ${run.count} births with ten files of 5 MB, after ${WARM_UP} small ones`);
  const opened = await openSide(run, 'ours', 'large', OFFICERS);
  try {
    const parts = await measure(run, opened);
    const bodyBytes = await largestBody(opened.databaseUrl);
    const goals = Object.entries(parts).flatMap(([name, part]) => [
      { text: `${name}: peak ≤ base + 3 × body`, isMet: part.peakBytes <= part.baseBytes + 3 * bodyBytes },
      { text: `${name}: event loop never held up for ${MAX_LAG_MS} ms`, isMet: part.loopLagMs < MAX_LAG_MS },
    ]);
    const lines = Object.entries(parts).map(([name, part]) => lineOf(name, part, bodyBytes));
    const text = [`largest body ${megabytes(bodyBytes)}`, ...lines].join('\n');
    return { settings: { officers: OFFICERS, warmUp: WARM_UP }, goals, text, figures: { bodyBytes, parts } };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}

async function measure(run: BenchRun, { side }: OpenSide): Promise<Record<string, Part>> {
  const finish = (births: number): Promise<void> =>
    until(
      async () => {
        side.assertRunning();
        const totals = await side.simulators.totals();
        return ['dvclt status', 'dvcqg progress'].every(
          (key) => (totals.get(key)?.effects ?? 0) >= STEPS_OF_BIRTH * births,
        );
      },
      DEADLINE_MS,
      'the end of the journeys',
      500,
    );
  await side.simulators.file('birth', WARM_UP, run.seed + 1_000_000);
  await finish(WARM_UP);
  await pause(REST_MS);
  const names = Object.keys(side.pids);
  const lags = (): Promise<number[]> =>
    Promise.all(names.map((name) => takeLoopLagMs(metricsUrlOf(side.metricsUrls, name))));
  await lags();
  await pause(REST_MS);
  const restLagsMs = await lags();
  const base = names.map((name) => {
    forgetPeak(side.pids[name]);
    return memoryOf(side.pids[name]).residentBytes;
  });
  const { codes } = await side.simulators.file('birth', run.count, run.seed, 'large-files');
  await finish(WARM_UP + run.count);
  await pause(REST_MS);
  for (const code of codes) await side.simulators.assertFilesArrived(code);
  const lagsMs = await lags();
  const parts = names.map((name, at): [string, Part] => [
    name,
    {
      baseBytes: base[at],
      peakBytes: memoryOf(side.pids[name]).peakBytes,
      loopLagMs: lagsMs[at],
      restLagMs: restLagsMs[at],
    },
  ]);
  return Object.fromEntries(parts);
}

function metricsUrlOf(urls: Readonly<Record<string, string>> | undefined, name: string): string {
  const url = urls?.[name];
  if (url === undefined) throw new Error(`${name} has no metrics`);
  return url;
}

/** The detail answer of DVCLT is the largest message: our own carry the same files once. */
async function largestBody(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: number }>(
      `select max(size_bytes) as bytes from vault_object where kind = 'raw'`,
    );
    return rows[0].bytes;
  } finally {
    await client.end();
  }
}

function lineOf(name: string, { baseBytes, peakBytes, loopLagMs, restLagMs }: Part, bodyBytes: number): string {
  const ratio = ((peakBytes - baseBytes) / bodyBytes).toFixed(2);
  return `${name.padEnd(10)} base ${megabytes(baseBytes)}   peak ${megabytes(peakBytes)} = base + ${ratio} × body   longest loop delay ${loopLagMs.toFixed(0)} ms (at rest ${restLagMs.toFixed(0)} ms)`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
