import { Client } from 'pg';
import { openSide, type BenchRun, type OpenSide } from './bench-run';
import type { EffectLine } from './simulator-client';
import { percentile } from './statistics';
import { pause, until } from './until';

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
    const filedAt = await fileAll(run, opened);
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

async function fileAll(run: BenchRun, { side }: OpenSide): Promise<Map<string, number>> {
  const filedAt = new Map<string, number>();
  const started = performance.now();
  const orders: Promise<void>[] = [];
  for (let number = 0; number < Math.min(MAX_CASES, run.count); number += 1) {
    await pause(Math.max(0, started + number * EVERY_MS - performance.now()));
    side.assertRunning();
    const order = side.simulators.file('birth', 1, run.seed + number).then(({ codes, askedAtMs }) => {
      for (const code of codes) filedAt.set(code, askedAtMs);
    });
    orders.push(order);
  }
  await Promise.all(orders);
  return filedAt;
}

/** hộ tịch's ledger knows the one-stop's codes only. */
async function oneStopCodesOf(databaseUrl: string): Promise<Map<string, string>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ dvclt: string; one_stop: string }>(
      `select d.code as dvclt, o.code as one_stop from dossier_code d
       join dossier_code o on o.dossier_id = d.dossier_id and o.system = 'one-stop' where d.system = 'dvclt'`,
    );
    return new Map(rows.map((row) => [row.dvclt, row.one_stop]));
  } finally {
    await client.end();
  }
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
