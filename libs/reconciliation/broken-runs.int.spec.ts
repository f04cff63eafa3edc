import { AppError } from '#platform';
import { ReconciliationRunner } from './app/reconciliation-runner';
import { stopReconciliation } from './app/stop-reconciliation';
import { many, ReconciliationBench } from './testing/reconciliation-bench';

const HOUR_MS = 3_600_000;

/** Workers that die, partners that are away, people who stop a run. */
describe('a comparison', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const away = (): never => {
    throw new AppError({ code: 'partner-unreachable', disposition: 'retry' });
  };

  describe('of which a worker dies or stands still', () => {
    it('is taken over after a crash between question and verdict, and nothing is counted twice', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(9));
      onestop.hold(states.slice(2));
      onestop.pageSize = 3;
      bench.clock.advance(HOUR_MS);
      const { id } = await bench.request('onestop');
      const first = bench.runner('worker-a');
      const signal = new AbortController().signal;
      await first.runOnce(signal);
      await first.runOnce(signal);
      // The second page is asked for, and the worker is heard of no more: its lease runs out and another one goes on.
      let second: Promise<unknown> | undefined;
      onestop.meanwhile = async (call) => {
        if (second !== undefined || call !== 'page 2') return;
        bench.clock.advance(31_000);
        second = bench.work(id, bench.runner('worker-b'));
        await second;
      };
      await first.runOnce(signal);
      const run = await bench.read(id);
      expect(run).toMatchObject({ state: 'finished', counts: { agreed: 7, differing: 2, notLookedAt: 0 } });
      expect((await bench.discrepancies()).map((one) => one.seen)).toEqual([1, 1]);
      expect((await bench.logged(id)).filter(({ kind }) => kind === 'reconciliation.finished')).toHaveLength(1);
    });

    it('takes nothing from a worker that had lost it, though it has it again', async () => {
      const { onestop } = bench.systems;
      onestop.hold(await bench.store(many(9)));
      onestop.pageSize = 3;
      bench.clock.advance(HOUR_MS);
      const { id } = await bench.request('onestop');
      const first = bench.runner('worker-a');
      const signal = new AbortController().signal;
      await first.runOnce(signal);
      let isLost = false;
      onestop.meanwhile = async () => {
        if (isLost) return;
        isLost = true;
        for (const worker of ['worker-b', 'worker-a']) {
          bench.clock.advance(31_000);
          await bench.runner(worker).runOnce(signal);
        }
      };
      await first.runOnce(signal);
      expect((await bench.work(id)).counts).toMatchObject({ agreed: 9, differing: 0, notLookedAt: 0 });
      expect(onestop.calls).toEqual(['page 1', 'page 1', 'page 2', 'page 3']);
    });

    it('is made by one of two workers at a time', async () => {
      const { onestop } = bench.systems;
      onestop.hold((await bench.store(many(20))).slice(1));
      onestop.pageSize = 4;
      bench.clock.advance(HOUR_MS);
      const { id } = await bench.request('onestop');
      const runners = [bench.runner('worker-a'), bench.runner('worker-b')];
      const signal = new AbortController().signal;
      for (let round = 0; round < 40; round += 1) await Promise.all(runners.map((one) => one.runOnce(signal)));
      expect(await bench.read(id)).toMatchObject({ state: 'finished', counts: { agreed: 19, differing: 1, calls: 6 } });
    });

    it('goes to another worker at once when its own is stopped', async () => {
      bench.systems.onestop.hold(await bench.store(many(2)));
      bench.clock.advance(HOUR_MS);
      const { id } = await bench.request('onestop');
      const first = bench.runner('worker-a');
      await first.runOnce(new AbortController().signal);
      await first.stop();
      expect((await bench.work(id, bench.runner('worker-b'))).counts.agreed).toBe(2);
    });
  });

  describe('that cannot be made whole', () => {
    it('stops when the partner is away for list and look-ups, and counts what is left as not looked at', async () => {
      const { onestop } = bench.systems;
      onestop.hold(await bench.store(many(7)));
      onestop.pageSize = 3;
      onestop.meanwhile = (call) => (call === 'page 1' ? undefined : away());
      const run = await bench.run('onestop');
      expect(run).toMatchObject({
        state: 'stopped',
        reasonCode: 'partner-away',
        notLookedAtBecause: { 'partner-away': 4 },
      });
      expect(run.counts).toEqual({ agreed: 3, differing: 0, unreadable: 0, notLookedAt: 4, calls: 11 });
      expect((await bench.logged(run.id)).at(-1)).toMatchObject({
        kind: 'reconciliation.finished',
        outcome: 'stopped',
      });
    });

    it('stops among the questions by code, and does not count again what was asked for', async () => {
      const { dvcqg } = bench.systems;
      dvcqg.hold(await bench.store(many(7)));
      dvcqg.atMost = 2;
      dvcqg.meanwhile = () => (dvcqg.calls.length > 2 ? away() : undefined);
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ state: 'stopped', counts: { agreed: 4, notLookedAt: 3 } });
    });

    it('stops when a step fails by itself again and again, and does not ask its partner for ever', async () => {
      const { onestop } = bench.systems;
      onestop.hold((await bench.store(many(3))).slice(1));
      const failing = new ReconciliationRunner(
        { ...bench.runDeps(), applyOutcomes: () => Promise.reject(new Error('of a test')) },
        { onProgress: () => undefined },
      );
      const run = await bench.run('onestop', failing);
      expect(run).toMatchObject({ state: 'stopped', reasonCode: 'internal-failure', failureCode: 'unexpected' });
      expect(run.notLookedAtBecause).toEqual({ 'internal-failure': 1 });
      expect(run.counts.calls).toBe(1 + bench.policy.giveUpAfter);
      expect(onestop.calls).toHaveLength(run.counts.calls);
      expect(await bench.discrepancies()).toEqual([]);
    });

    it('goes on when the partner answers again in time', async () => {
      const { onestop } = bench.systems;
      onestop.hold(await bench.store(many(2)));
      let failures = 4;
      onestop.meanwhile = () => ((failures -= 1) >= 0 ? away() : undefined);
      expect(await bench.run('onestop')).toMatchObject({ state: 'finished', counts: { agreed: 2, calls: 5 } });
    });

    it('stops when a person says so: the answer under way is not taken', async () => {
      const { onestop } = bench.systems;
      onestop.hold(await bench.store(many(5)));
      onestop.pageSize = 2;
      bench.clock.advance(HOUR_MS);
      const { id } = await bench.request('onestop');
      onestop.meanwhile = async (call) => {
        if (call === 'page 2') await stopReconciliation(id, bench.by('second'), bench.deps);
      };
      const run = await bench.work(id);
      expect(run).toMatchObject({ state: 'stopped', reasonCode: 'by-person', stoppedBy: 'second' });
      expect(run.counts).toMatchObject({ agreed: 2, notLookedAt: 3 });
      expect(run.notLookedAtBecause).toEqual({ 'by-person': 3 });
    });

    it('is not begun with a partner that is held', async () => {
      await bench.store(many(3));
      await bench.db.execute(
        `insert into hold (id, partner, starts_at, reason, placed_by) values ($1, 'onestop', $2, 'a test', 'operator')`,
        [bench.ids.next(), bench.clock.now()],
      );
      const run = await bench.run('onestop');
      expect(run).toMatchObject({
        state: 'stopped',
        reasonCode: 'partner-held',
        notLookedAtBecause: { 'partner-held': 3 },
      });
      expect(bench.systems.onestop.calls).toEqual([]);
    });
  });
});
