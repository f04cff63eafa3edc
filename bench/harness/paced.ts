import { openSide, type BenchRun } from './bench-run';
import { oneStopCodesOf } from './dossier-ends';
import { fileAtPace } from './file-at-pace';
import type { EffectLine } from './simulator-client';
import { percentile } from './statistics';
import { until } from './until';

interface Percentiles {
  p50: number;
  p95: number;
  max: number;
}

/** Times from the filing of a case at DVCLT, ms. */
export interface PacedResult {
  cases: number;
  /** To the arrival of the push at hộ tịch. */
  receivedMs: Percentiles;
  /** To hộ tịch's entry in its register; the officers' own time is in it. */
  registeredMs: Percentiles;
}

const EVERY_MS = 500;
const MAX_CASES = 120;
const DEADLINE_MS = 120_000;

/** Open loop in default configuration, officers included: a case is filed every half second, whether the ones before are done or not. */
export async function runPaced(run: BenchRun): Promise<PacedResult> {
  const opened = await openSide(run, 'ours', 'paced');
  try {
    const filedAt = await fileAtPace(opened.side, {
      count: Math.min(MAX_CASES, run.count),
      everyMs: EVERY_MS,
      seed: run.seed,
    });
    const { simulators } = opened.side;
    await until(
      async () => ((await simulators.totals()).get('hotich registration')?.codes ?? 0) >= filedAt.size,
      DEADLINE_MS,
      'registration of all paced cases',
    );
    const ledger = await simulators.ledger('hotich');
    const oneStopCodes = await oneStopCodesOf(opened.databaseUrl);
    const times = (kind: string): Percentiles => percentilesOf(latencies(filedAt, oneStopCodes, ledger, kind));
    return { cases: filedAt.size, receivedMs: times('received'), registeredMs: times('registration') };
  } finally {
    await opened.stop();
    await opened.drop();
  }
}

export function pacedLines({ cases, receivedMs, registeredMs }: PacedResult): string[] {
  const line = (what: string, { p50, p95, max }: Percentiles): string =>
    `  ${what.padEnd(34)} p50 ${seconds(p50)}   p95 ${seconds(p95)}   max ${seconds(max)}`;
  return [
    `paced, ours, ${cases} births at ${1_000 / EVERY_MS}/s, default configuration:`,
    line('filed → received by hộ tịch', receivedMs),
    line('filed → registered by hộ tịch', registeredMs),
  ];
}

function latencies(
  filedAt: ReadonlyMap<string, number>,
  oneStopCodes: ReadonlyMap<string, string>,
  ledger: readonly EffectLine[],
  kind: string,
): number[] {
  const atOf = new Map(ledger.filter((line) => line.kind === kind).map(({ code, at }) => [code, Date.parse(at[0])]));
  return [...filedAt].map(([code, filedMs]) => (atOf.get(oneStopCodes.get(code) ?? '') ?? Number.NaN) - filedMs);
}

function percentilesOf(values: readonly number[]): Percentiles {
  return { p50: percentile(values, 50), p95: percentile(values, 95), max: Math.max(...values) };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
