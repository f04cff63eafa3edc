import { Database, migrate, silentLog } from '#platform';
import { Client } from 'pg';
import { join } from 'node:path';
import { clusterLocation, removeCluster } from '../apps/cli/stack/cluster-location';
import { ensureDatabase } from '../apps/cli/stack/database-roles';
import { freePort } from '../apps/cli/stack/free-port';
import { startPostgres } from '../apps/cli/stack/postgres-server';
import { tableOf } from '../apps/cli/output/table';
import { SeededRandom } from '../apps/simulators/server/seeded-random';
import { withoutArchive } from '../libs/synclog/archive/app/without-archive';
import { indexSealed } from '../libs/synclog/search/app/index-sealed';
import { searchEntries } from '../libs/synclog/search/app/search-entries';
import { tidyUp } from './harness/dossier-copies';
import type { OpenThings } from './harness/open-things';
import type { BenchReport } from './harness/report';
import { percentile } from './harness/statistics';
import { KINDS_OF_SEARCH, type KindOfSearch } from './search/kinds-of-search';
import { fillLog } from './search/synthetic-log';

export interface SearchRun {
  dir: string;
  open: OpenThings;
  /** Entries in the log. */
  count: number;
  seed: number;
  say: (line: string) => void;
}

const GOAL_MS = 200;
/** Of each kind of search, with values of their own. */
const TRIES = 40;
const PAGE = 50;
/** Disk and time of a million entries, roughly, on two cores. */
const GB_PER_MILLION = 1.2;
const MINUTES_PER_MILLION = 2;

interface Measured {
  name: string;
  ms: number[];
  /** Entries on a page, the median try. */
  found: number;
}

interface Filled {
  fillSeconds: number;
  indexSeconds: number;
  /** Bytes on disk: entries with their numbers, and the index. */
  entryBytes: number;
  indexBytes: number;
  postings: number;
}

/** Each kind of search over a long log, through the function that the API uses, on a PostgreSQL of its own. */
export async function search(run: SearchRun): Promise<BenchReport & { serverVersion: string }> {
  const millions = run.count / 1_000_000;
  run.say(
    `search: ${run.count} entries; needs about ${(GB_PER_MILLION * millions).toFixed(1)} GB of disk and ${Math.ceil(MINUTES_PER_MILLION * millions)} minutes`,
  );
  const { db, client } = await openDatabase(run);
  const filled = await fill(run, db, client);
  const random = new SeededRandom(run.seed);
  const measured: Measured[] = [];
  for (const kind of KINDS_OF_SEARCH) measured.push(await measure(db, kind, run.count, random));
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  return { ...reportOf(run, filled, measured), serverVersion: rows[0].version };
}

async function openDatabase({ dir, open }: SearchRun): Promise<{ db: Database; client: Client }> {
  const server = await startPostgres({
    clusterDir: clusterLocation(dir),
    port: await freePort(),
    ownerPassword: 'bench',
    logFile: join(dir, 'postgres.log'),
  });
  open.add(async () => {
    await server.stop();
    removeCluster(dir);
  });
  await ensureDatabase(server.ownerUrl('postgres'), 'bench_search');
  const url = server.ownerUrl('bench_search');
  await migrate(url);
  const client = new Client({ connectionString: url });
  // The statement under way fails with it, and tells.
  client.on('error', () => undefined);
  await client.connect();
  const db = new Database({ url, applicationName: 'bench' }, silentLog);
  open.add(async () => {
    await client.end();
    await db.close();
  });
  return { db, client };
}

async function fill(run: SearchRun, db: Database, client: Client): Promise<Filled> {
  const startedMs = performance.now();
  await fillLog(client, run.count, (done) => run.say(`  ${done} entries written`));
  await tidyUp(client);
  const writtenMs = performance.now();
  run.say('  indexing, as the sealer does');
  while ((await indexSealed(db, 1_024)) > 0);
  const indexedMs = performance.now();
  await tidyUp(client);
  const { rows } = await client.query<Pick<Filled, 'entryBytes' | 'indexBytes' | 'postings'>>(
    `select ((select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'synclog_entry'::regclass)
         + pg_total_relation_size('synclog_leaf'))::float8 as "entryBytes",
       (pg_total_relation_size('synclog_posting') + pg_total_relation_size('synclog_indexed'))::float8 as "indexBytes",
       (select count(*) from synclog_posting)::float8 as postings`,
  );
  return { fillSeconds: (writtenMs - startedMs) / 1_000, indexSeconds: (indexedMs - writtenMs) / 1_000, ...rows[0] };
}

async function measure(db: Database, kind: KindOfSearch, count: number, random: SeededRandom): Promise<Measured> {
  const ms: number[] = [];
  const found: number[] = [];
  // The first try plans the statements.
  for (let attempt = 0; attempt <= TRIES; attempt += 1) {
    const { filter, ...page } = kind.ask(random, count);
    const startedMs = performance.now();
    const entries = await searchEntries(withoutArchive(db), filter, { order: 'newest', limit: PAGE, ...page });
    if (attempt === 0) continue;
    ms.push(performance.now() - startedMs);
    found.push(entries.length);
  }
  return { name: kind.name, ms, found: percentile(found, 50) };
}

function reportOf(run: SearchRun, filled: Filled, measured: readonly Measured[]): BenchReport {
  const perEntry = (value: number, digits: number): string => (value / run.count).toFixed(digits);
  const table = tableOf(measured, [
    { head: 'search', value: ({ name }) => name },
    { head: 'found', value: ({ found }) => found, align: 'right' },
    { head: 'p50, ms', value: ({ ms }) => percentile(ms, 50).toFixed(1), align: 'right' },
    { head: 'p95, ms', value: ({ ms }) => percentile(ms, 95).toFixed(1), align: 'right' },
    { head: 'max, ms', value: ({ ms }) => Math.max(...ms).toFixed(1), align: 'right' },
  ]);
  const indexing = [
    `index: ${(run.count / filled.indexSeconds).toFixed(0)} entries/s, ${perEntry(filled.postings, 2)} rows and ${perEntry(filled.indexBytes, 0)} bytes an entry`,
    `entries with their numbers: ${perEntry(filled.entryBytes, 0)} bytes an entry`,
    `written in ${filled.fillSeconds.toFixed(0)} s, indexed in ${filled.indexSeconds.toFixed(0)} s; what is searched was read before, or was just written`,
  ];
  return {
    settings: { tries: TRIES, page: PAGE },
    goals: measured.map(({ name, ms }) => ({
      text: `${name}: p95 < ${GOAL_MS} ms (${percentile(ms, 95).toFixed(1)} ms)`,
      isMet: percentile(ms, 95) < GOAL_MS,
    })),
    text: [table, ...indexing].join('\n'),
    figures: { filled, measured },
  };
}
