import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Courier, routeDossiers } from '#delivery';
import { findDossierId, loadProcedures, type DossierState } from '#dossier';
import { createRegistryWatch, loadUnits, PollRegistry, receiveDecision, type ReceiptDeps } from '#intake';
import { pause, rfc3339, silentLog, systemClock, uuidIds, AppError } from '#platform';
import { ensureSigningKey, fileSigningKeys } from '#synclog';
import { LAW_SEED, seededRandom, until } from '#testing';
import { DeliveryBench } from '../../libs/delivery/testing/delivery-bench';
import { ACCEPTED, ScriptedPartner, TEST_POLICY } from '../../libs/delivery/testing/scripted-partner';
import type { CallResult, ProbeResult } from '#delivery';
import { FakeRegistry } from '../intake/fake-registry';

const CONFIG = join(__dirname, '../../config');
const DOSSIERS = process.env.SOAK ? 400 : 40;

/** How far the registration has come when the citizen withdraws: as soon as one of these statuses is seen; none = at once. */
const STAGES: readonly (readonly string[])[] = [
  [],
  ['queued', 'in-flight', 'waiting', 'unknown', 'settled'],
  ['in-flight', 'unknown', 'settled'],
  ['unknown', 'settled'],
  ['settled'],
];

/** What really happened at hộ tịch, whatever its answers said. */
class TrueRegistry {
  readonly received = new Map<string, number>();

  constructor(readonly results: FakeRegistry) {}

  take(code: string, isRegistered: boolean): void {
    this.received.set(code, (this.received.get(code) ?? 0) + 1);
    if (isRegistered) this.results.complete(code, code.slice(-6));
    else this.results.report(code, 3);
  }
}

/** A withdrawal comes while the registration is queued, being claimed, sent, lost, probed, settled, or answered by the poll. */
describe(`a withdrawal that races with the registration, seed ${LAW_SEED}`, () => {
  let bench: DeliveryBench;
  let keyDir: string;
  let deps: ReceiptDeps;
  const procedures = loadProcedures(CONFIG);

  beforeAll(async () => {
    bench = await DeliveryBench.open(systemClock);
    keyDir = mkdtempSync(join(tmpdir(), 'race-keys-'));
    ensureSigningKey(keyDir);
    const { syncLog } = bench.deps(new ScriptedPartner(), 'gateway');
    deps = {
      db: bench.db,
      vault: bench.vault,
      syncLog: syncLog,
      procedures,
      units: loadUnits(CONFIG),
      clock: systemClock,
      ids: uuidIds,
      log: silentLog,
      doorbell: { ring: () => undefined },
      signingKeys: fileSigningKeys(keyDir),
    };
  });
  afterAll(async () => {
    await bench.close();
    rmSync(keyDir, { recursive: true, force: true });
  });

  const decide = (code: string, decision: 'accept' | 'withdraw', oneStopCode: string): Promise<unknown> =>
    receiveDecision(
      {
        caller: { clientId: 'one-stop', units: null },
        idempotencyKey: uuidIds.next(),
        code,
        body: { decision, decidedAt: rfc3339(systemClock.now()), oneStopCode },
      },
      deps,
    );

  it('ends with no registration that nobody was told of, no second one, and no step after the end', async () => {
    const random = seededRandom(LAW_SEED);
    const truth = new TrueRegistry(new FakeRegistry(systemClock));
    const couriers = ['worker-a', 'worker-b'].map(
      (workerId) => new Courier(bench.deps(scripted(truth, random), workerId), { pollMs: 5, gatherMs: 1 }),
    );
    const poll = new PollRegistry(truth.results, deps, { workerId: 'poller', firstMs: 5, maxMs: 50 });
    const running = new AbortController();
    const loops = [
      forEver(running.signal, () => routeAll(bench, procedures)),
      forEver(running.signal, () => poll.pollOnce(running.signal)),
    ];
    const ids = await bench.newDossiers(DOSSIERS);
    const codes = new Map(ids.map((id, index) => [id, `H99.101-260302-${String(index).padStart(6, '0')}`]));
    for (const courier of couriers) courier.start();
    try {
      await Promise.all(
        ids.map(async (id) => {
          await decide(id, 'accept', codes.get(id)!);
          const stage = STAGES[Math.floor(random() * STAGES.length)];
          await until(() => hasCome(bench, id, stage), 60_000, stage.join());
          await decide(id, 'withdraw', codes.get(id)!).catch(refusedIsFine);
        }),
      );
      await until(
        () => isQuiet(bench),
        60_000,
        async () => JSON.stringify(await standing(bench)),
      );
    } finally {
      running.abort();
      await Promise.all([...loops, ...couriers.map((courier) => courier.stop())]);
    }
    const ends = await Promise.all(ids.map((id) => endOf(bench, id)));
    for (const [index, end] of ends.entries()) {
      const received = truth.received.get(codes.get(ids[index])!) ?? 0;
      expect({ received, ...judge(end, received) }).toEqual({
        received: Math.min(received, 1),
        isToldOrAbsent: true,
        hasStepAfterEnd: false,
        hasPassedOnAfterEnd: false,
        isCancelledOrSettled: true,
      });
    }
    // The race was one: it was won by either side, and ended in a dead heat.
    const went = (type: string, isIn: boolean): boolean => ends.some((end) => end.journal.includes(type) === isIn);
    expect([went('registration.submitted', true), went('registration.submitted', false)]).toEqual([true, true]);
    expect([went('discrepancy.found', true), went('discrepancy.found', false)]).toEqual([true, true]);
  }, 120_000);
});

/** Answers like a partner on a bad line: accepted, lost after it was applied, lost before, or not reached. */
function scripted(truth: TrueRegistry, random: () => number): ScriptedPartner {
  const partner = new ScriptedPartner('hotich', {
    ...TEST_POLICY,
    deadlineMs: 300,
    firstRetryMs: 4,
    maxRetryMs: 20,
    maxAttempts: 1_000,
    absentAfterMs: 1,
  });
  partner.repeat = 'probe-first';
  partner.answer = async ({ task }): Promise<CallResult> => {
    const code = task.dossier.codes.oneStop!;
    const chance = random();
    await briefly(random);
    if (chance < 0.2) return { outcome: 'retry', wire: 'not-written', reasonCode: 'http.not-connected' };
    if (chance < 0.3) return { outcome: 'unknown', wire: 'written', reasonCode: 'http.cut' };
    truth.take(code, chance > 0.7);
    await briefly(random);
    return chance < 0.5 ? { outcome: 'unknown', wire: 'written', reasonCode: 'http.cut' } : ACCEPTED;
  };
  partner.probeAnswer = async ({ task }): Promise<ProbeResult> => {
    const askedAt = new Date();
    await briefly(random);
    const verdict = truth.received.has(task.dossier.codes.oneStop!) ? 'applied' : 'absent';
    return { verdict, askedAt, call: ACCEPTED };
  };
  return partner;
}

async function hasCome(bench: DeliveryBench, id: string, stage: readonly string[]): Promise<boolean> {
  if (stage.length === 0) return true;
  const sql = `select 1 from delivery where dossier_id = $1 and partner = 'hotich' and status = any($2)`;
  return (await bench.db.query(sql, [id, stage])).length > 0;
}

function briefly(random: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 12)));
}

function refusedIsFine(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'decision-not-allowed') throw error;
}

async function forEver(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(2, signal);
  }
}

async function routeAll(bench: DeliveryBench, procedures: ReturnType<typeof loadProcedures>): Promise<void> {
  const rows = await bench.db.query<{ id: string }>('select id from dossier where version > routed_seq limit 20');
  const registryWatch = createRegistryWatch(systemClock);
  const { syncLog } = bench.deps(new ScriptedPartner(), 'router');
  const routing = { procedures, ids: uuidIds, clock: systemClock, log: silentLog, registryWatch, syncLog };
  await bench.db.run((tx) =>
    routeDossiers(
      tx,
      rows.map((row) => row.id),
      routing,
    ),
  );
}

function standing(bench: DeliveryBench): Promise<{ status: string; count: number }[]> {
  return bench.db.query(
    `select status, count(*)::int from delivery where partner = 'hotich' and status not in ('settled', 'cancelled') group by 1`,
  );
}

async function isQuiet(bench: DeliveryBench): Promise<boolean> {
  const unrouted = await bench.db.query('select 1 from dossier where version > routed_seq limit 1');
  return unrouted.length === 0 && (await standing(bench)).length === 0;
}

interface End {
  state: DossierState['state'];
  journal: string[];
  statuses: string[];
  /** Journal number of what caused a 7 for DVCLT. */
  passedOn: number[];
}

async function endOf(bench: DeliveryBench, id: string): Promise<End> {
  expect(await findDossierId(bench.db, id)).toBe(id);
  const [dossier] = await bench.db.query<{ state: DossierState['state'] }>('select state from dossier where id = $1', [
    id,
  ]);
  const deliveries = await bench.db.query<{ partner: string; status: string; seq: number; said: number | null }>(
    `select partner, status, caused_seq as seq, (facts->>'status')::int as said from delivery where dossier_id = $1`,
    [id],
  );
  return {
    state: dossier.state,
    journal: await bench.journal(id),
    statuses: deliveries.filter(({ partner }) => partner === 'hotich').map(({ status }) => status),
    passedOn: deliveries.filter(({ partner, said }) => partner === 'dvclt' && said === 7).map(({ seq }) => seq),
  };
}

function judge({ state, journal, statuses, passedOn }: End, received: number): Record<string, boolean> {
  const end = journal.indexOf('dossier.withdrawn');
  const submitted = journal.indexOf('registration.submitted');
  const isToldBefore = submitted >= 0 && (end < 0 || submitted < end);
  const isDiscrepancy = end >= 0 && journal.slice(end).includes('discrepancy.found');
  return {
    isToldOrAbsent: received === 0 || isToldBefore || isDiscrepancy || state !== 'withdrawn',
    hasStepAfterEnd:
      end >= 0 && (journal.lastIndexOf('registration.submitted') > end || journal.includes('registration.completed')),
    hasPassedOnAfterEnd: end >= 0 && passedOn.some((seq) => seq > end + 1),
    isCancelledOrSettled: statuses.every((status) => (received === 0 ? status === 'cancelled' : status === 'settled')),
  };
}
