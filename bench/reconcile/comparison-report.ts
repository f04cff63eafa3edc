import type { Reconciliation } from '#reconciliation';
import { tableOf } from '../../apps/cli/output/table';
import { quietLines } from '../harness/quiet';
import type { BenchReport } from '../harness/report';
import type { OneStopCalls } from './listing-one-stop';
import type { PlantedDrift } from './planted-drift';
import type { HighWater } from './reconciler-worker';

/** The most that the one-stop takes (CONTRACTS §1.1). */
const CODES_A_LOOK_UP = 50;
const CALLS_GOAL = 50;
const MEMORY_GOAL = 1.1;
/** V8's heap swings for seconds: a shorter run says nothing of its growth. */
const LONG_ENOUGH = 100_000;
/** A fault of the run is told with so many examples. */
const EXAMPLES = 10;

export interface Measured {
  run: Reconciliation;
  seconds: number;
  /** Before the run, after a tenth of the dossiers, and at the end. */
  before: HighWater;
  first: HighWater;
  last: HighWater;
  workerCpuMs: number;
  postgresCpuMs: number;
}

export interface Judged {
  /** `class code` of what was planted and not found so. */
  missed: readonly string[];
  /** The same of what was found and not planted so. */
  falselyFound: readonly string[];
}

export interface Compared {
  count: number;
  rate: number;
  measured: Measured;
  judged: Judged;
  drift: PlantedDrift;
  calls: OneStopCalls;
  /** What was written before. */
  seeded: { bytes: number; seconds: number };
  foreignShare: number;
}

/** A million dossiers are told of on 5,000 pages of 200 rows, which no way of asking goes below: 20,000 look-ups of 50 codes are four times as many. */
export function reportOf(compared: Compared): BenchReport {
  const { count, measured, judged, calls, foreignShare } = compared;
  const asked = calls.pages + calls.lookUps;
  const pulls = { oneByOne: count, inBatches: Math.ceil(count / CODES_A_LOOK_UP) };
  const ratios = { oneByOne: pulls.oneByOne / asked, inBatches: pulls.inBatches / asked };
  const growth = measured.last.residentBytes / measured.first.residentBytes;
  const wrongCounts = wrongCountsOf(compared);
  const goals = [
    {
      text: `≥ ${CALLS_GOAL} × fewer calls than one look-up for each dossier (${ratios.oneByOne.toFixed(0)} ×)`,
      isMet: ratios.oneByOne >= CALLS_GOAL,
    },
    { text: `missed: ${judged.missed.length}`, isMet: judged.missed.length === 0 },
    { text: `found falsely: ${judged.falselyFound.length}`, isMet: judged.falselyFound.length === 0 },
    {
      text: `finished, and its counts add up${wrongCounts.length > 0 ? `: ${wrongCounts.join(', ')}` : ''}`,
      isMet: wrongCounts.length === 0,
    },
    { text: `refused by the one-stop for coming too fast: ${calls.refused}`, isMet: calls.refused === 0 },
    ...(count < LONG_ENOUGH ? [] : [memoryGoal(growth)]),
  ];
  return {
    settings: { drift: compared.drift.expected.size, codesALookUp: CODES_A_LOOK_UP },
    goals,
    text: textOf(compared, asked, ratios),
    figures: { measured, calls, pulls, ratios, growth, judged, seeded: compared.seeded, foreignShare },
  };
}

function memoryGoal(growth: number): BenchReport['goals'][number] {
  return {
    text: `resident memory of the worker at most ${MEMORY_GOAL} × that after a tenth (${growth.toFixed(2)})`,
    isMet: growth <= MEMORY_GOAL,
  };
}

/** Each count that is not what was planted. */
function wrongCountsOf({ count, drift, calls, measured: { run } }: Compared): string[] {
  const strangers = drift.countOf('stranger');
  const unreadable = drift.countOf('unreadable');
  const differing = drift.expected.size - unreadable;
  const right: Record<keyof Reconciliation['counts'], number> = {
    agreed: count - (drift.expected.size - strangers),
    differing,
    unreadable,
    notLookedAt: 0,
    calls: calls.pages + calls.lookUps + calls.refused,
  };
  const names = Object.keys(right) as (keyof typeof right)[];
  const wrong = names
    .filter((name) => run.counts[name] !== right[name])
    .map((name) => `${name} ${run.counts[name]} for ${right[name]}`);
  return run.state === 'finished' ? wrong : [`it is ${run.state} (${run.reasonCode})`, ...wrong];
}

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

function textOf(
  { count, rate, measured, judged, calls, seeded, foreignShare }: Compared,
  asked: number,
  ratios: { oneByOne: number; inBatches: number },
): string {
  const { first, last, before, seconds, workerCpuMs, postgresCpuMs } = measured;
  const each = (ms: number): string => ((ms / count) * 1_000).toFixed(1);
  const rows: [string, string][] = [
    ['calls: pages of the list, look-ups by code', `${calls.pages}, ${calls.lookUps}`],
    ['fewer than one look-up for each dossier', `${ratios.oneByOne.toFixed(1)} ×`],
    [
      'fewer than look-ups of 50 codes, the most it takes',
      `${ratios.inBatches.toFixed(2)} × (a list of 200 a page allows 4)`,
    ],
    ['seconds; of these, what the limit of calls asks for', `${seconds.toFixed(1)}; ${(asked / rate).toFixed(1)}`],
    ['dossiers a second', (count / seconds).toFixed(0)],
    ['CPU ms for 1,000 dossiers: worker, PostgreSQL', `${each(workerCpuMs)}, ${each(postgresCpuMs)}`],
    [
      'resident MB, most: before, after a tenth, at the end',
      [before, first, last].map((one) => mb(one.residentBytes)).join(', '),
    ],
    ['heap MB, most seen: after a tenth, at the end', [first, last].map((one) => mb(one.heapBytes)).join(', ')],
    ['in the database before: MB, seconds to write', `${mb(seeded.bytes)}, ${seeded.seconds.toFixed(0)}`],
  ];
  const table = tableOf(rows, [
    { head: 'reconcile', value: ([name]) => name },
    { head: `${count} dossiers`, value: ([, value]) => value, align: 'right' },
  ]);
  const wrong = [
    ...judged.missed.slice(0, EXAMPLES).map((one) => `  missed: ${one}`),
    ...judged.falselyFound.slice(0, EXAMPLES).map((one) => `  found falsely: ${one}`),
  ];
  return [table, ...quietLines([foreignShare]), ...wrong].join('\n');
}
