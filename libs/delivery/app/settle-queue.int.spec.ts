import { fixedClock } from '#testing';
import type { ClaimedDelivery, FinishedAttempt } from '../domain/attempt';
import { DeliveryBench } from '../testing/delivery-bench';
import { ACCEPTED, ScriptedPartner } from '../testing/scripted-partner';
import { claimLanes } from './claim-lanes';
import { expireLeases } from './expire-leases';
import { SettleQueue } from './settle-queue';
import type { SettlementDeps } from './settlement-deps';

const clock = fixedClock();
const QUICK = { onSettled: () => undefined, pauseMs: 1, lingerMs: 0 };

type Run = SettlementDeps['db']['run'];

describe('the queue of settlements on bad days', () => {
  let bench: DeliveryBench;
  let deps: SettlementDeps;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
  });
  beforeEach(() => (deps = bench.deps(new ScriptedPartner(), 'worker-a')));
  afterEach(() => bench.clear());
  afterAll(() => bench.close());

  const claimsOf = async (dossierIds: readonly string[]): Promise<ClaimedDelivery[]> => {
    const due = {
      partner: 'dvclt',
      workerId: 'worker-a',
      maxLanes: 100,
      deadlineMs: 10_000,
      now: clock.now(),
    } as const;
    const claims = await claimLanes(bench.db, due);
    return claims.filter((claim) => dossierIds.includes(claim.dossierId));
  };
  const accepted = (claim: ClaimedDelivery): FinishedAttempt => ({
    id: bench.ids.next(),
    claim,
    tried: { kind: 'call', result: ACCEPTED },
    startedAt: claim.claimedAt,
    endedAt: clock.now(),
  });
  const attemptsOf = async (dossierIds: readonly string[]): Promise<string[]> =>
    (
      await bench.db.query<{ reason: string }>(
        `select a.reason_code as reason from attempt a join delivery d on d.id = a.delivery_id
         where d.dossier_id = any($1::uuid[]) order by a.id`,
        [dossierIds],
      )
    ).map((row) => row.reason);

  /** The first commits happen, and the connection is lost before their answers come. */
  function losingAnswers(times: number): SettlementDeps['db'] {
    let left = times;
    const run: Run = async (work) => {
      const result = await bench.db.run(work);
      if (left-- > 0) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      return result;
    };
    return { run };
  }

  it('takes a commit whose answer was lost for what it was: one attempt, one event, and the next in its lane is open', async () => {
    const dossierIds = await bench.newDossiers(3);
    for (const dossierId of dossierIds) await bench.enqueue(dossierId, [1, 2]);
    const queue = new SettleQueue({ ...deps, db: losingAnswers(1) }, QUICK);
    for (const claim of await claimsOf(dossierIds)) queue.add(accepted(claim));
    await queue.idle();
    expect(await attemptsOf(dossierIds)).toEqual(['test.accepted', 'test.accepted', 'test.accepted']);
    for (const dossierId of dossierIds) {
      expect(await bench.statuses(dossierId)).toEqual(['settled', 'queued']);
      expect(await bench.journal(dossierId)).toEqual(['dossier.received', 'partner-status.confirmed']);
    }
  });

  it('takes a lost answer to what was left for a person in the same way', async () => {
    const [dossierId] = await bench.newDossiers(1);
    await bench.enqueue(dossierId, [1]);
    const applyOutcomes: SettlementDeps['applyOutcomes'] = async (tx, commands, locked) => {
      if (commands.every((one) => one.command.kind === 'delivery-unresolved'))
        return deps.applyOutcomes(tx, commands, locked);
      throw Object.assign(new Error('poison'), { code: 'test-poison' });
    };
    const queue = new SettleQueue({ ...deps, applyOutcomes, db: losingAnswers(1) }, QUICK);
    for (const claim of await claimsOf([dossierId])) queue.add(accepted(claim));
    await queue.idle();
    expect(await bench.deliveries(dossierId)).toMatchObject([
      { status: 'unknown', reasonCode: 'settlement.test-poison' },
    ]);
    expect(await bench.journal(dossierId)).toEqual(['dossier.received', 'delivery.unresolved']);
  });

  it('goes on with the others when one cannot even be left for a person, and leaves that one to its lease', async () => {
    const [poison, healthy] = await bench.newDossiers(2);
    for (const dossierId of [poison, healthy]) await bench.enqueue(dossierId, [1]);
    const claims = await claimsOf([poison, healthy]);
    const syncLog: SettlementDeps['syncLog'] = {
      append: (tx, entries) => {
        if (entries.some((entry) => entry.dossierId === poison))
          throw Object.assign(new Error('poison'), { code: 'test-poison' });
        return deps.syncLog.append(tx, entries);
      },
    };
    const queue = new SettleQueue({ ...deps, syncLog }, QUICK);
    for (const dossierId of [poison, healthy])
      queue.add(accepted(claims.find((claim) => claim.dossierId === dossierId)!));
    await queue.idle();
    expect(await bench.statuses(healthy)).toEqual(['settled']);
    expect(await bench.statuses(poison)).toEqual(['in-flight']);
    const later = new Date(clock.now().getTime() + 600_000);
    await bench.db.run((tx) => expireLeases(tx, { ...deps, now: later }));
    expect(await bench.deliveries(poison)).toMatchObject([{ status: 'unknown', reasonCode: 'lease.expired' }]);
  });
});
