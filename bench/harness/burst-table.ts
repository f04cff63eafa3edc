import { tableOf, type Column } from '../../apps/cli/output/table';
import type { BurstResult } from './burst';
import type { Usage } from './meter';
import { quietLines } from './quiet';
import { median, percentile, spreadOf } from './statistics';

export interface Pair {
  floor: BurstResult;
  ours: BurstResult;
}

interface Measure {
  head: string;
  of(result: BurstResult): number;
  digits: number;
  /** Why the floor may need less than 0.9 of ours; work that it honestly does not have to do. */
  reason?: string;
}

interface Row {
  head: string;
  floor: string;
  ours: string;
  ratio: string;
}

const FAIR_SHARE = 0.9;

const REASONS = {
  transactions:
    'claims under leases, turns of pollers, router, sequencer, relay cursor and heartbeats are transactions of their own; the floor has one writer',
  rows: 'the floor has no lanes and deliveries, outbox and numbered log, sync log with its leaves, vault keys, receipts, idempotency keys, file links, read model',
  wal: 'as the rows; and each of their indexes',
  calls: 'timing of polls',
  cpu: 'encryption of payloads, two processes, framework, schema checks at the edge, wide log lines, three consumer groups, and the rows above',
} as const;

/** Medians of both sides over the repeats, per unit of work; under it the reasons for what the floor does not do. */
export function burstTable(pairs: readonly Pair[], unit: string): string {
  const measures = measuresOf(pairs[0]?.ours.latenciesMs.length ?? 1, unit);
  const rows = measures.map((measure) => rowOf(measure, pairs));
  const ratio = spreadOf(ratiosOf(pairs));
  const foreignShares = pairs.flatMap(({ floor, ours }) => [floor.usage.foreignShare, ours.usage.foreignShare]);
  const reasons = measures.flatMap((measure) => reasonOf(measure, pairs));
  return [
    tableOf(rows, COLUMNS),
    '',
    `throughput, ours ÷ floor: median ${ratio.median.toFixed(2)}, from ${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)} in ${pairs.length} pairs`,
    ...quietLines(foreignShares),
    ...(reasons.length > 0 ? [`floor below ${FAIR_SHARE} of ours, since:`, ...reasons] : []),
  ].join('\n');
}

/** Throughput of ours over the floor's, pair by pair. */
export function ratiosOf(pairs: readonly Pair[]): number[] {
  return pairs.map(({ floor, ours }) => ours.perSecond / floor.perSecond);
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'median', value: (row) => row.head },
  { head: 'floor', value: (row) => row.floor, align: 'right' },
  { head: 'ours', value: (row) => row.ours, align: 'right' },
  { head: 'ours ÷ floor', value: (row) => row.ratio, align: 'right' },
];

function measuresOf(count: number, unit: string): Measure[] {
  const used = (head: string, key: Exclude<keyof Usage, 'cpuMsByPart'>, digits: number, reason?: string): Measure => ({
    head: `${head} per ${unit}`,
    of: ({ usage }) => usage[key] / count,
    digits,
    ...(reason ? { reason } : {}),
  });
  return [
    { head: `${unit}s per second`, of: (result) => result.perSecond, digits: 1 },
    { head: 'time to end p50, ms', of: (result) => percentile(result.latenciesMs, 50), digits: 0 },
    { head: 'time to end p99, ms', of: (result) => percentile(result.latenciesMs, 99), digits: 0 },
    used('transactions', 'transactions', 2, REASONS.transactions),
    used('rows written', 'rows', 1, REASONS.rows),
    { ...used('WAL kB', 'walBytes', 1, REASONS.wal), of: ({ usage }) => usage.walBytes / 1_000 / count },
    used('broker records', 'brokerRecords', 2),
    used('HTTP calls', 'httpCalls', 1, REASONS.calls),
    used('HTTP requests served', 'httpServed', 1),
    used('CPU ms', 'cpuMs', 1, REASONS.cpu),
    used('PostgreSQL CPU ms', 'postgresCpuMs', 1, REASONS.rows),
    used('Kafka CPU ms', 'kafkaCpuMs', 1, 'three consumer groups, and produces more often'),
    used('simulators CPU ms', 'simulatorsCpuMs', 1),
    { head: 'machine used by others, %', of: ({ usage }) => usage.foreignShare * 100, digits: 0 },
  ];
}

function rowOf({ head, of, digits }: Measure, pairs: readonly Pair[]): Row {
  const floor = median(pairs.map((pair) => of(pair.floor)));
  const ours = median(pairs.map((pair) => of(pair.ours)));
  return {
    head,
    floor: floor.toFixed(digits),
    ours: ours.toFixed(digits),
    ratio: floor === 0 ? '–' : (ours / floor).toFixed(2),
  };
}

function reasonOf({ head, of, reason }: Measure, pairs: readonly Pair[]): string[] {
  if (reason === undefined) return [];
  const share = median(pairs.map((pair) => of(pair.floor) / of(pair.ours)));
  return share < FAIR_SHARE ? [`  ${head}: ${reason}`] : [];
}
