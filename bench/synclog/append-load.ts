import { Database, silentLog, systemClock, uuidIds } from '#platform';
import { createSyncLog, type SyncLogEntryInput } from '#synclog';
import { pause } from '../harness/until';

export interface AppendLoad {
  databaseUrl: string;
  /** Entries a second, open loop. */
  perSecond: number;
  seconds: number;
}

export interface Appended {
  entries: number;
  /** From the first beat until the last transaction was committed. */
  seconds: number;
  from: Date;
  to: Date;
}

/** Entries of one transaction: a settlement of a few deliveries writes as many. */
const AT_ONCE = 20;
const CONNECTIONS = 8;

/** An entry of the usual size, about nothing. */
const ENTRY: SyncLogEntryInput = {
  kind: 'file.fetched',
  actor: { id: 'bench', type: 'machine' },
  codes: ['H00.00.00-000000-0000', 'BENCH-0000000'],
  partner: 'dvcqg',
  operation: 'fetch-file',
  unit: '00000',
  procedure: 'birth-group',
  outcome: 'accepted',
  contentDigest: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  detail: { sizeBytes: 123_456, recordId: '00000000-0000-7000-8000-000000000000', durationMs: 12 },
};

/** Appends through the product's own function at a rate, whether the transactions before are done or not. */
export async function appendAtRate({ databaseUrl, perSecond, seconds }: AppendLoad): Promise<Appended> {
  const db = new Database(
    { url: databaseUrl, applicationName: 'bench', maxConnections: CONNECTIONS, role: null },
    silentLog,
  );
  const syncLog = createSyncLog({ ids: uuidIds, clock: systemClock });
  const entries = Array.from({ length: AT_ONCE }, () => ENTRY);
  const beats = Math.round((perSecond * seconds) / AT_ONCE);
  try {
    const from = new Date();
    const started = performance.now();
    const writes: Promise<unknown>[] = [];
    for (let beat = 0; beat < beats; beat += 1) {
      await pause(Math.max(0, started + (beat * AT_ONCE * 1_000) / perSecond - performance.now()));
      writes.push(db.run((tx) => syncLog.append(tx, entries)));
    }
    await Promise.all(writes);
    const took = (performance.now() - started) / 1_000;
    return { entries: beats * AT_ONCE, seconds: took, from, to: new Date() };
  } finally {
    await db.pool.end();
  }
}
