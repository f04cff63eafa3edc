import type { DossierState } from '#dossier';
import { deliveriesToTellAgain } from './adapters/told-again';
import { ReconciliationBench } from './testing/reconciliation-bench';

/** Which messages, told again, remove a difference. */
describe('what is told again', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const again = (reconciliationId: string, units: readonly string[] | null = null): Promise<string[]> =>
    deliveriesToTellAgain(bench.db, { reconciliationId, classes: null, units });
  const portal = { partner: 'dvcqg', status: 'settled' } as const;
  const sync = { ...portal, operation: 'sync-dossier' };
  const row = { ...portal, operation: 'append-progress', step: 1 };

  it('is the newest state and every row of progress where the portal lost a dossier', async () => {
    const [lost] = await bench.store([{}]);
    const ids = await bench.deliver(lost.id, [
      { ...sync, causedSeq: 1 },
      { ...row, causedSeq: 1 },
      { ...sync, causedSeq: 2 },
      { ...row, causedSeq: 2 },
      { ...row, causedSeq: 3, status: 'settled' },
    ]);
    // A copy from an earlier replay stands for its original.
    await bench.db.execute(`update delivery set replay_number = 1, caused_seq = 1 where id = $1`, [ids[4]]);
    const run = await bench.run('dvcqg');
    expect(await again(run.id)).toEqual([ids[4], ids[2], ids[3]]);
    expect(await again(run.id, ['00123'])).toHaveLength(3);
    expect(await again(run.id, ['99001'])).toEqual([]);
  });

  it('is the state alone where the portal is behind', async () => {
    const [behind] = await bench.store([{}]);
    bench.systems.dvcqg.hold([behind], { status: 4 });
    const ids = await bench.deliver(behind.id, [
      { ...sync, causedSeq: 2 },
      { ...row, causedSeq: 2 },
    ]);
    const run = await bench.run('dvcqg');
    expect(await again(run.id)).toEqual([ids[0]]);
  });

  it('is the report of the status that the one-stop did not take, and nothing where it is further', async () => {
    const [behind, ahead] = await bench.store([{}, {}]);
    bench.systems.onestop.hold([behind], { status: 4 });
    bench.systems.onestop.hold([ahead], { status: 10 });
    const report = { partner: 'onestop', operation: 'report-status', status: 'settled' } as const;
    const ids = await bench.deliver(behind.id, [
      { ...report, causedSeq: 3, toldStatus: 4 },
      { ...report, causedSeq: 5, toldStatus: 9 },
    ]);
    await bench.deliver(ahead.id, [{ ...report, causedSeq: 5, toldStatus: 9 }]);
    const run = await bench.run('onestop');
    expect(run.counts.differing).toBe(2);
    expect(await again(run.id)).toEqual([ids[1]]);
  });

  it('is the registration only while it is with hộ tịch', async () => {
    const push = { partner: 'hotich', operation: 'submit-registration', status: 'settled' } as const;
    const [open, done] = await bench.store([{ state: 'with-registry' }, {}]);
    const [id] = await bench.deliver(open.id, [push]);
    await bench.deliver(done.id, [push]);
    const run = await bench.run('hotich');
    expect(run.counts.differing).toBe(2);
    expect(await again(run.id)).toEqual([id]);
  });

  it('is the acknowledgement whose receipt DVCLT lost, and what was never taken is not', async () => {
    const [lost] = await bench.store([{}]);
    const acknowledge = { partner: 'dvclt', operation: 'acknowledge-receipt', status: 'settled' } as const;
    const ids = await bench.deliver(lost.id, [acknowledge, { ...acknowledge, causedSeq: 2 }]);
    await bench.db.execute(`update delivery set outcome = 'refused' where id = $1`, [ids[1]]);
    bench.systems.dvclt.hold([lost]);
    const run = await bench.run('dvclt');
    expect(await again(run.id)).toEqual([ids[0]]);
  });

  describe('without anybody asking', () => {
    const healing = (...heals: ('missing-there' | 'status-differs')[]): void => {
      const { dvcqg } = bench.policy.partners;
      bench.policy = { ...bench.policy, partners: { ...bench.policy.partners, dvcqg: { ...dvcqg, heals } } };
    };
    const lostAndBehind = async (): Promise<DossierState[]> => {
      const states = await bench.store([{}, {}]);
      bench.systems.dvcqg.hold([states[1]], { status: 4 });
      return states;
    };

    it('is proposed only in the classes that people have allowed', async () => {
      const [lost, behind] = await lostAndBehind();
      const [lostId] = await bench.deliver(lost.id, [sync]);
      await bench.deliver(behind.id, [sync]);
      healing('missing-there');
      const run = await bench.run('dvcqg');
      expect(bench.proposed).toEqual([{ reconciliationId: run.id, deliveryIds: [lostId] }]);
      expect(run.state).toBe('finished');
    });

    it('is proposed nothing when no class is allowed, or there is nothing to tell', async () => {
      const [lost] = await lostAndBehind();
      await bench.run('dvcqg');
      healing('missing-there');
      await bench.route();
      await bench.run('dvcqg');
      expect([lost.id.length, bench.proposed]).toEqual([36, []]);
    });
  });
});
