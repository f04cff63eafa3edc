import {
  loadReconciliationPolicy,
  readReconciliation,
  requestReconciliation,
  type Reconciliation,
} from '#reconciliation';
import { Database, silentLog, systemClock, uuidIds } from '#platform';
import { createSyncLog } from '#synclog';
import { randomUUID } from 'node:crypto';
import { openProduct, type BenchRun } from './harness/bench-run';
import { cpuMsOf, cpuMsOfTree } from './harness/cpu-time';
import { watchForeignShare } from './harness/foreign-share';
import { settingsOf } from './harness/process-settings';
import { queryOnce } from './harness/query-once';
import type { BenchReport } from './harness/report';
import { pause, until } from './harness/until';
import { ListingOneStop } from './reconcile/listing-one-stop';
import { EVERY, PlantedDrift } from './reconcile/planted-drift';
import { reportOf, type Judged, type Measured } from './reconcile/comparison-report';
import { ReconcilerWorker, type HighWater } from './reconcile/reconciler-worker';
import { readTemplate, seedDossiers, type Template } from './reconcile/seeded-dossiers';

export interface ReconcileRun extends Omit<BenchRun, 'repeats'> {
  /** Calls a second that the one-stop takes. */
  rate: number;
}

const PARTNER = 'onestop';
const OFFICERS = { minMs: 5, maxMs: 50 };
/** What people do around the births that are copied, and the state in which each comes to rest. */
const TEMPLATES = [
  { state: 'finished', script: {} },
  { state: 'with-registry', script: { registry: ['hold'] } },
  { state: 'with-one-stop', script: { oneStop: ['hold'] } },
] as const;
const TEMPLATE_DEADLINE_MS = 120_000;
const RUN_DEADLINE_S = 6 * 3_600;
const ASK_EVERY_MS = 250;
const DAY_MS = 86_400_000;
const DAYS = 30;
/** Part of the dossiers after which memory is looked at first. */
const FIRST_LOOK = 0.1;
/** Disk and time of a million dossiers, roughly, on two cores. */
const GB_PER_MILLION = 22;
const MINUTES_PER_MILLION = 20;

/** Many dossiers are compared with a one-stop that has a few of them otherwise, by a worker of the product: the calls that it takes, what is missed or
 *  found where nothing is, and the memory. The one-stop is the bench's own; adapter, runner and database are the product's. */
export async function reconcile(run: ReconcileRun): Promise<BenchReport> {
  const millions = run.count / 1_000_000;
  run.say(
    `reconcile: ${run.count} dossiers, one in ${EVERY} differs, at most ${run.rate} calls/s; needs about ${(GB_PER_MILLION * millions).toFixed(1)} GB of disk and ${Math.ceil(MINUTES_PER_MILLION * millions)} minutes`,
  );
  const { templates, settings, databaseUrl } = await carryTemplates(run);
  const everyMs = ((DAYS - 1) * DAY_MS) / run.count;
  const startMs = Date.now() - DAYS * DAY_MS;
  const seedingMs = performance.now();
  const seededBytes = await seedDossiers(databaseUrl, {
    templates,
    count: run.count,
    startMs,
    everyMs,
    told: (done) => run.say(`  ${done} dossiers stored`),
  });
  const seeded = { bytes: seededBytes, seconds: secondsSince(seedingMs) };
  const statuses = templates.map(({ status }) => status);
  const drift = new PlantedDrift({ count: run.count, seed: run.seed, startMs, everyMs, statuses });
  const oneStop = new ListingOneStop(drift, run.rate);
  const oneStopUrl = await oneStop.start();
  run.open.add(() => oneStop.stop());
  const worker = await ReconcilerWorker.start({ dir: run.dir, settings, oneStopUrl, callsPerSecond: run.rate });
  const stop = run.open.add(() => worker.stop());
  const foreignShare = watchForeignShare();
  // It ends before the templates were stored.
  const window = { from: new Date(startMs - DAY_MS), to: new Date(startMs + DAYS * DAY_MS - DAY_MS / 2) };
  const measured = await measure(run, databaseUrl, worker, window);
  const share = foreignShare();
  await stop();
  const judged = await judge(databaseUrl, measured.run.id, drift);
  return reportOf({ ...run, measured, judged, drift, calls: oneStop.calls, seeded, foreignShare: share });
}

/** Real dossiers, as the whole product carries them; then it stops, and its settings are those of the worker to come. */
async function carryTemplates(
  run: ReconcileRun,
): Promise<{ templates: Template[]; settings: Record<string, string>; databaseUrl: string }> {
  const opened = await openProduct({ ...run, repeats: 1 }, 'reconcile', { officers: OFFICERS });
  const { databaseUrl } = opened;
  try {
    const settings = settingsOf(opened.side.pids['worker']);
    const templates: Template[] = [];
    for (const [at, { script, state }] of TEMPLATES.entries()) {
      const code = await opened.side.simulators.fileScripted(script, run.seed + at);
      await until(
        async () => {
          opened.side.assertRunning();
          const found = await readTemplate(databaseUrl, code, state);
          if (found) templates.push(found);
          return found !== undefined;
        },
        TEMPLATE_DEADLINE_MS,
        `dossier that is ${state}`,
      );
    }
    return { templates, settings, databaseUrl };
  } finally {
    await opened.stop();
  }
}

async function measure(
  run: ReconcileRun,
  databaseUrl: string,
  worker: ReconcilerWorker,
  window: { from: Date; to: Date },
): Promise<Measured> {
  const db = new Database({ url: databaseUrl, applicationName: 'bench', maxConnections: 2 }, silentLog);
  const cpuMs = (): { worker: number; postgres: number } => ({
    worker: cpuMsOf(worker.pid),
    postgres: cpuMsOfTree(run.services.postgresPid),
  });
  try {
    const before = await worker.highWater();
    const cpuBefore = cpuMs();
    const startedMs = performance.now();
    const id = await request(db, worker.configDir, window);
    const { ended, first, last } = await untilEnded(run, db, worker, id);
    const seconds = (performance.now() - startedMs) / 1_000;
    const cpuAfter = cpuMs();
    return {
      run: ended,
      seconds,
      before,
      first,
      last,
      workerCpuMs: cpuAfter.worker - cpuBefore.worker,
      postgresCpuMs: cpuAfter.postgres - cpuBefore.postgres,
    };
  } finally {
    await db.close();
  }
}

async function request(db: Database, configDir: string, window: { from: Date; to: Date }): Promise<string> {
  const { id } = await requestReconciliation(
    { partner: PARTNER, ...window },
    { actor: { id: 'bench', type: 'person' }, idempotencyKey: randomUUID() },
    {
      db,
      syncLog: createSyncLog({ ids: uuidIds, clock: systemClock }),
      clock: systemClock,
      ids: uuidIds,
      policy: loadReconciliationPolicy(configDir),
    },
  );
  return id;
}

/** Looks on, and tells of each tenth. */
async function untilEnded(
  { count, say }: ReconcileRun,
  db: Database,
  worker: ReconcilerWorker,
  id: string,
): Promise<{ ended: Reconciliation; first: HighWater; last: HighWater }> {
  const startedMs = performance.now();
  let first: HighWater | undefined;
  let tenths = 0;
  for (;;) {
    const last = await worker.highWater();
    const now = await readReconciliation(db, id);
    if (!now) throw new Error('the run is gone');
    const part = lookedAt(now) / count;
    if (part >= FIRST_LOOK) first ??= last;
    if (Math.floor(part * 10) > tenths) {
      tenths = Math.floor(part * 10);
      say(`  ${lookedAt(now)} dossiers compared, ${secondsSince(startedMs).toFixed(0)} s`);
    }
    if (now.endedAt !== null) return { ended: now, first: first ?? last, last };
    if (secondsSince(startedMs) > RUN_DEADLINE_S) throw new Error(`the run has not ended: ${JSON.stringify(now)}`);
    await pause(ASK_EVERY_MS);
  }
}

const secondsSince = (sinceMs: number): number => (performance.now() - sinceMs) / 1_000;

function lookedAt({ counts: { agreed, differing, unreadable, notLookedAt } }: Reconciliation): number {
  return agreed + differing + unreadable + notLookedAt;
}

/** What was found, by class and DVCLT code, against what was planted. */
async function judge(databaseUrl: string, reconciliationId: string, drift: PlantedDrift): Promise<Judged> {
  const rows = await queryOnce<{ what: string }>(
    databaseUrl,
    `select x.class || ' ' || coalesce(o.code, (select min(c) from unnest(x.codes) as c where c like 'G22.%'), x.subject) as what
     from discrepancy x left join dossier_code o on o.dossier_id = x.dossier_id and o.system = 'dvclt'
     where x.partner = $1 and x.reconciliation_id = $2 and x.state = 'open'`,
    [PARTNER, reconciliationId],
  );
  const found = new Set(rows.map(({ what }) => what));
  const { expected } = drift;
  return {
    missed: [...expected].filter((one) => !found.has(one)),
    falselyFound: [...found].filter((one) => !expected.has(one)),
  };
}
