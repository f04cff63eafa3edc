import { cpus } from 'node:os';
import { cpuMsOf, cpuMsOfMachine, cpuMsOfTree } from './cpu-time';
import { recordsOf } from './kafka-records';
import type { Services } from './services';
import type { Side } from './side';

/** What a run has used; all of it divided by the dossiers in the table. */
export interface Usage {
  /** Committed transactions; a read outside a transaction is one too. */
  transactions: number;
  /** Rows inserted, updated, deleted. */
  rows: number;
  walBytes: number;
  brokerRecords: number;
  /** At the four systems, log-ins and polls included. */
  httpCalls: number;
  /** Requests of the officers and of the portal to us. */
  httpServed: number;
  /** CPU of the side's own processes, ms. */
  cpuMs: number;
  cpuMsByPart: Record<string, number>;
  postgresCpuMs: number;
  kafkaCpuMs: number;
  simulatorsCpuMs: number;
  /** Part of the machine that others used meanwhile, 0 to 1. Above a tenth the figures say little. */
  foreignShare: number;
}

interface DatabaseCounts {
  transactions: number;
  rows: number;
}

interface Reading {
  atMs: number;
  walBytes: number;
  brokerRecords: number;
  served: number;
  cpuMsByPart: Record<string, number>;
  postgresCpuMs: number;
  kafkaCpuMs: number;
  simulatorsCpuMs: number;
  benchCpuMs: number;
  machineCpuMs: number;
}

/** A backend reports its counts at the end of a transaction, at most once a second. */
export const STATISTICS_LAG_MS = 1_500;

/** Reads the counters of a side before and after its load. */
export class Meter {
  private before: (Reading & { database: DatabaseCounts }) | undefined;
  private after: Reading | undefined;
  private calls = 0;

  constructor(
    private readonly services: Services,
    private readonly side: Side,
    private readonly database: string,
  ) {}

  /** The checkpoint gives both sides the same share of full-page images in the WAL. */
  async start(): Promise<void> {
    await this.services.query('checkpoint');
    this.before = { ...(await this.read()), database: await this.databaseCounts() };
  }

  async end(): Promise<void> {
    const sinceMs = this.before?.atMs ?? 0;
    this.after = await this.read();
    const calls = await this.side.simulators.calls(sinceMs);
    this.calls = [...calls.values()].reduce((sum, count) => sum + count, 0);
  }

  /** After the side has stopped: only then have all its backends reported. */
  async usage(): Promise<Usage> {
    const { before, after } = this;
    if (!before || !after) throw new Error('the meter was not started and ended');
    const database = await this.databaseCounts();
    const parts = Object.entries(after.cpuMsByPart).map(([part, ms]) => [part, ms - before.cpuMsByPart[part]] as const);
    const cpuMs = parts.reduce((sum, [, ms]) => sum + ms, 0);
    return {
      transactions: database.transactions - before.database.transactions,
      rows: database.rows - before.database.rows,
      walBytes: after.walBytes - before.walBytes,
      brokerRecords: after.brokerRecords - before.brokerRecords,
      httpCalls: this.calls,
      httpServed: after.served - before.served,
      cpuMs,
      cpuMsByPart: Object.fromEntries(parts),
      postgresCpuMs: after.postgresCpuMs - before.postgresCpuMs,
      kafkaCpuMs: after.kafkaCpuMs - before.kafkaCpuMs,
      simulatorsCpuMs: after.simulatorsCpuMs - before.simulatorsCpuMs,
      foreignShare: foreignShare(before, after, cpuMs),
    };
  }

  private async read(): Promise<Reading> {
    const { services, side } = this;
    const [wal] = await services.query<{ bytes: string }>(`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`);
    const totals = await side.simulators.totals();
    const effects = (key: string): number => totals.get(key)?.effects ?? 0;
    return {
      atMs: Date.now(),
      walBytes: Number(wal.bytes),
      brokerRecords: await recordsOf(services.brokers, side.topic),
      served: effects('onestop decision') + effects('dvcqg file-fetched'),
      cpuMsByPart: Object.fromEntries(Object.entries(side.pids).map(([part, pid]) => [part, cpuMsOf(pid)])),
      postgresCpuMs: cpuMsOfTree(services.postgresPid),
      kafkaCpuMs: cpuMsOf(services.kafkaPid),
      simulatorsCpuMs: cpuMsOf(side.simulatorsPid),
      benchCpuMs: cpuMsOf(process.pid),
      machineCpuMs: cpuMsOfMachine(),
    };
  }

  private async databaseCounts(): Promise<DatabaseCounts> {
    const [row] = await this.services.query<{ transactions: string; rows: string }>(
      `select xact_commit as transactions, tup_inserted + tup_updated + tup_deleted as rows
       from pg_stat_database where datname = $1`,
      [this.database],
    );
    return { transactions: Number(row.transactions), rows: Number(row.rows) };
  }
}

function foreignShare(before: Reading, after: Reading, sideCpuMs: number): number {
  const ofRun = (['postgresCpuMs', 'kafkaCpuMs', 'simulatorsCpuMs', 'benchCpuMs'] as const).reduce(
    (sum, key) => sum + after[key] - before[key],
    sideCpuMs,
  );
  const availableMs = (after.atMs - before.atMs) * cpus().length;
  return Math.max(0, (after.machineCpuMs - before.machineCpuMs - ofRun) / availableMs);
}
