import type { PartnerId } from '#dossier';
import { silentLog } from '#platform';
import { readReconciliationMeasures } from './adapters/measures';
import { readReconciliations } from './adapters/reconciliation-store';
import { requestReconciliation } from './app/request-reconciliation';
import { startDue } from './app/start-due';
import { stopReconciliation } from './app/stop-reconciliation';
import type { Reconciliation } from './domain/reconciliation';
import { ReconciliationBench } from './testing/reconciliation-bench';

const DAY_MS = 86_400_000;

describe('when comparisons are made', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const due = (): Promise<number> => startDue({ ...bench.deps, log: silentLog });
  const all = (partner: PartnerId | null = null): Promise<Reconciliation[]> =>
    readReconciliations(bench.db, { partner, state: null, after: null, limit: 100 });
  const only = (...daily: PartnerId[]): void => {
    const partners = Object.fromEntries(
      Object.entries(bench.policy.partners).map(([id, one]) => [
        id,
        { ...one, daily: daily.includes(id as PartnerId) },
      ]),
    ) as typeof bench.policy.partners;
    bench.policy = { ...bench.policy, partners };
  };

  describe('daily', () => {
    it('one for each partner and day, of the days before, however often and by whomever it is asked', async () => {
      await bench.store([{}]);
      bench.clock.advance(DAY_MS);
      const written = await Promise.all([due(), due(), due()]);
      expect(written.reduce((sum, one) => sum + one, 0)).toBe(4);
      expect(await due()).toBe(0);
      const runs = await all();
      expect(runs.map((run) => run.partner).sort()).toEqual(['dvclt', 'dvcqg', 'hotich', 'onestop']);
      const [run] = runs;
      expect(run).toMatchObject({ cause: 'schedule', state: 'queued', requestedBy: null, reasonCode: null });
      expect(run.to.toISOString()).toMatch(/T19:00:00\.000Z$/);
      expect(run.to.getTime() - run.from.getTime()).toBe(35 * DAY_MS);
    });

    it('none before there is a dossier of that time, and none of a partner that is not compared daily', async () => {
      const { owner } = bench as unknown as { owner: { execute(sql: string): Promise<number> } };
      await owner.execute('delete from dossier_code');
      await owner.execute('delete from journal');
      await owner.execute('delete from dossier');
      only('onestop');
      await bench.store([{}]);
      expect(await due()).toBe(0);
      bench.clock.advance(DAY_MS);
      expect(await due()).toBe(1);
      expect((await all()).map((run) => run.partner)).toEqual(['onestop']);
    });

    it('writes down each day on which nobody was there', async () => {
      only('dvcqg');
      await bench.store([{}]);
      bench.clock.advance(DAY_MS);
      await due();
      await bench.work((await all())[0].id);
      bench.clock.advance(3 * DAY_MS);
      expect(await due()).toBe(3);
      const [today, ...before] = await all();
      expect(today.state).toBe('queued');
      expect(before.slice(0, 2)).toMatchObject([
        { state: 'skipped', reasonCode: 'no-worker', endedAt: bench.clock.now() },
        { state: 'skipped', reasonCode: 'no-worker' },
      ]);
      expect(await bench.logged(before[0].id)).toMatchObject([
        { kind: 'reconciliation.skipped', partner: 'dvcqg', detail: { reasonCode: 'no-worker' } },
      ]);
      const measures = await readReconciliationMeasures(bench.db, bench.clock.now());
      expect(measures.map(({ partner, skipped }) => [partner, skipped])).toEqual([
        ['dvclt', 0],
        ['hotich', 0],
        ['dvcqg', 2],
        ['onestop', 0],
      ]);
    });

    it('misses none of the days on which a partner was not compared daily', async () => {
      only('dvcqg', 'hotich');
      await bench.store([{}]);
      bench.clock.advance(DAY_MS);
      await due();
      const ended = (): Promise<number> =>
        bench.db.execute(`update reconciliation set state = 'finished', ended_at = $1 where state = 'queued'`, [
          bench.clock.now(),
        ]);
      for (const daily of [['dvcqg'], []] as PartnerId[][]) {
        only(...daily);
        for (let day = 0; day < 5; day += 1) {
          await ended();
          bench.clock.advance(DAY_MS);
          await due();
        }
      }
      await ended();
      only('dvcqg', 'hotich');
      bench.clock.advance(DAY_MS);
      expect(await due()).toBe(2);
      // From now on nobody is there.
      await ended();
      bench.clock.advance(2 * DAY_MS);
      expect(await due()).toBe(4);
      const skipped = await readReconciliations(bench.db, { partner: null, state: 'skipped', after: null, limit: 99 });
      expect(skipped.map(({ partner, reasonCode }) => `${partner} ${reasonCode}`).sort()).toEqual([
        'dvcqg no-worker',
        'hotich no-worker',
      ]);
    });

    it('skips one while another of the partner has not ended, and while it must not be called', async () => {
      only('dvcqg', 'onestop');
      await bench.store([{}]);
      await bench.request('dvcqg');
      bench.clock.advance(DAY_MS);
      await bench.db.execute(
        `insert into partner_state (partner, breaker, breaker_until) values ('onestop', 'open', $1)`,
        [new Date(bench.clock.now().getTime() + 60_000)],
      );
      expect(await due()).toBe(2);
      const skipped = await readReconciliations(bench.db, { partner: null, state: 'skipped', after: null, limit: 9 });
      expect(skipped.map(({ partner, reasonCode }) => [partner, reasonCode]).sort()).toEqual([
        ['dvcqg', 'still-running'],
        ['onestop', 'breaker-open'],
      ]);
    });

    it('forgets what lists told of when their runs have ended', async () => {
      only();
      bench.systems.onestop.hold(await bench.store([{}, {}]));
      await bench.run('onestop');
      const remembered = (): Promise<{ count: number }[]> =>
        bench.db.query(`select count(*)::integer as count from reconciliation_seen`);
      expect(await remembered()).toEqual([{ count: 2 }]);
      await due();
      expect(await remembered()).toEqual([{ count: 0 }]);
    });
  });

  describe('on demand', () => {
    it('of the window that is given, or the policy’s, and once for a key', async () => {
      const by = bench.by();
      const first = await requestReconciliation({ partner: 'onestop' }, by, bench.deps);
      bench.clock.advance(5_000);
      const twin = await requestReconciliation({ partner: 'onestop' }, by, bench.deps);
      expect(twin).toEqual(first);
      expect(first).toMatchObject({ cause: 'demand', state: 'queued', requestedBy: 'operator' });
      expect(first.to.getTime() - first.from.getTime()).toBe(35 * DAY_MS);
      await expect(requestReconciliation({ partner: 'dvcqg' }, by, bench.deps)).rejects.toMatchObject({
        code: 'idempotency-conflict',
      });
      expect((await bench.logged(first.id)).map(({ kind }) => kind)).toEqual(['reconciliation.requested']);
    });

    it.each([
      ['ends before it begins', 'from', { from: 0, to: -1 }],
      ['ends in the future', 'to', { from: -1, to: 1 }],
      ['is too long', 'from', { from: -401 }],
    ])('not of a window that %s', async (_name, field, { from, to }: { from: number; to?: number }) => {
      const at = (days: number): Date => new Date(bench.clock.now().getTime() + days * DAY_MS);
      const window = { from: at(from), ...(to === undefined ? {} : { to: at(to) }) };
      await expect(
        requestReconciliation({ partner: 'onestop', ...window }, bench.by(), bench.deps),
      ).rejects.toMatchObject({ code: 'reconciliation-window-invalid', status: 422, field });
    });

    it('one with a partner at a time', async () => {
      const asked = await Promise.allSettled([
        bench.request('onestop'),
        bench.request('onestop'),
        bench.request('dvcqg'),
      ]);
      expect(asked.map((one) => one.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
      const [open] = await all('onestop');
      await expect(bench.request('onestop')).rejects.toMatchObject({
        code: 'reconciliation-running',
        status: 409,
        extra: { id: open.id },
      });
    });

    it('is stopped once, and not after its end', async () => {
      await bench.store([{}, {}]);
      bench.clock.advance(1_000);
      const { id } = await bench.request('onestop');
      const by = bench.by('second');
      const stopped = await stopReconciliation(id, by, bench.deps);
      expect(stopped).toMatchObject({ state: 'stopped', counts: { notLookedAt: 2 }, stoppedBy: 'second' });
      expect(await stopReconciliation(id, by, bench.deps)).toEqual(stopped);
      await expect(stopReconciliation(id, bench.by(), bench.deps)).rejects.toMatchObject({
        code: 'reconciliation-ended',
        status: 409,
        extra: { state: 'stopped' },
      });
      await expect(stopReconciliation(bench.ids.next(), bench.by(), bench.deps)).rejects.toMatchObject({
        code: 'reconciliation-unknown',
        status: 404,
      });
      expect((await bench.logged(id)).map(({ kind, actor }) => [kind, (actor as { id: string }).id])).toEqual([
        ['reconciliation.requested', 'operator'],
        ['reconciliation.finished', 'second'],
      ]);
    });

    it('tells how long ago each partner was compared, and what is open', async () => {
      const [state] = await bench.store([{}]);
      await bench.run('dvcqg');
      bench.clock.advance(90_000);
      const measures = await readReconciliationMeasures(bench.db, bench.clock.now());
      expect(measures.find(({ partner }) => partner === 'dvcqg')).toMatchObject({
        secondsSinceFinished: 90,
        open: { 'missing-there': 1, 'missing-here': 0, late: 0 },
      });
      expect(measures.find(({ partner }) => partner === 'onestop')?.secondsSinceFinished).toBeNull();
      const [until, at] = [bench.clock.now(), new Date(bench.clock.now().getTime() - 1_000)];
      await bench.db.execute(
        `insert into reconciliation (id, partner, cause, slot, state, window_from, window_to, requested_at, ended_at)
         values ($1, 'dvcqg', 'schedule', $2, 'skipped', $2::timestamptz - interval '35 days', $2, $2, $2)`,
        [bench.ids.next(), at],
      );
      await requestReconciliation({ partner: 'dvcqg', from: at, to: until }, bench.by(), bench.deps).then(({ id }) =>
        bench.work(id),
      );
      const [after] = (await readReconciliationMeasures(bench.db, bench.clock.now())).filter(
        ({ partner }) => partner === 'dvcqg',
      );
      // The one before it was over 35 days; one over a second makes nothing younger.
      expect(after.secondsSinceFinished).toBeGreaterThanOrEqual(90);
      expect(await bench.attention(state.id)).toBe(true);
    });
  });
});
