import { AppError } from '#platform';
import { many, ReconciliationBench } from './testing/reconciliation-bench';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a run does not do to a partner, and does not believe of it. */
describe('a run', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const fails = (code: string, extra: Record<string, unknown> = {}): never => {
    throw new AppError({ code, disposition: 'retry', extra });
  };
  const only = async (): Promise<{ retryAt: Date | null }> =>
    (await bench.db.query<{ retryAt: Date | null }>(`select retry_at as "retryAt" from reconciliation`))[0];

  describe('asks no more than it may', () => {
    it('and leaves the half of the day’s calls to deliveries', async () => {
      const { dvcqg } = bench.systems;
      dvcqg.hold(await bench.store(many(7)));
      dvcqg.atMost = 2;
      bench.hasRoom = async (partner) => partner !== 'dvcqg' || dvcqg.calls.length < 2;
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ state: 'stopped', reasonCode: 'budget-used-up', failureCode: null });
      expect(run.counts).toEqual({ agreed: 4, differing: 0, unreadable: 0, notLookedAt: 3, calls: 2 });
      expect(run.notLookedAtBecause).toEqual({ 'budget-used-up': 3 });
    });

    it('and waits as long as it is told to', async () => {
      const { hotich } = bench.systems;
      await bench.store([{}]);
      hotich.meanwhile = () => fails('http.5xx', { retryAfterMs: 600_000 });
      bench.clock.advance(HOUR_MS);
      const asked = bench.clock.now().getTime();
      const { id } = await bench.request('hotich');
      const [runner, { signal }] = [bench.runner(), new AbortController()];
      while (hotich.calls.length === 0) await runner.runOnce(signal);
      expect((await only()).retryAt!.getTime() - asked).toBe(600_000);
      expect(await bench.read(id)).toMatchObject({ state: 'running', failureCode: 'http.5xx' });
    });

    it('and does not give up a partner that takes no more calls for a while', async () => {
      const { hotich } = bench.systems;
      hotich.hold(await bench.store(many(3)));
      let refusals = 20;
      hotich.meanwhile = () => ((refusals -= 1) >= 0 ? fails('http.429', { retryAfterMs: 120_000 }) : undefined);
      const run = await bench.run('hotich');
      expect(run).toMatchObject({ state: 'finished', counts: { agreed: 3, calls: 21 }, failureCode: null });
    });

    it.each([
      ['one that does so for an hour', { retryAfterMs: 600_000 }, 7],
      ['one that says so', { retryAfterMs: 3_700_000 }, 1],
    ])('and gives up %s', async (_name, extra, calls) => {
      const { hotich } = bench.systems;
      await bench.store([{}]);
      hotich.meanwhile = () => fails('http.429', extra);
      const run = await bench.run('hotich');
      expect(run).toMatchObject({ state: 'stopped', reasonCode: 'partner-away', failureCode: 'http.429' });
      expect(run.counts.calls).toBe(calls);
    });

    it('and counts the calls of a question that failed', async () => {
      const { hotich } = bench.systems;
      hotich.hold(await bench.store(many(2)));
      let isFirst = true;
      hotich.meanwhile = () => {
        if (isFirst) {
          isFirst = false;
          fails('hotich.poll-refused', { calls: 7 });
        }
      };
      expect((await bench.run('hotich')).counts).toMatchObject({ agreed: 2, calls: 8 });
    });
  });

  it('says what the last failure was when it stops, also in the sync log', async () => {
    const { dvcqg } = bench.systems;
    await bench.store(many(1));
    dvcqg.meanwhile = () => fails('http.5xx');
    const run = await bench.run('dvcqg');
    expect(run).toMatchObject({
      state: 'stopped',
      reasonCode: 'partner-away',
      failureCode: 'http.5xx',
      listFailed: false,
    });
    expect((await bench.logged(run.id)).at(-1)).toMatchObject({
      kind: 'reconciliation.finished',
      detail: { reasonCode: 'partner-away', code: 'http.5xx' },
    });
  });

  describe('whose list fails', () => {
    it.each([
      ['many times', 'http.5xx', 5],
      ['by refusal', 'onestop.read-refused', 3],
    ])('%s asks by code, looks for no strangers, and closes nothing by the list', async (_name, code, pages) => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(3));
      onestop.hold(states);
      onestop.rows.push({ codes: { dvclt: 'G22.99.08-stranger' }, status: 2 });
      await bench.run('onestop');
      onestop.forget('G22.99.08-stranger');
      onestop.calls.length = 0;
      onestop.meanwhile = (call) => (call.startsWith('page') ? fails(code) : undefined);
      const run = await bench.run('onestop');
      expect(run).toMatchObject({ state: 'finished', listFailed: true, failureCode: code, counts: { agreed: 3 } });
      expect(onestop.calls).toEqual([...Array.from({ length: pages }, () => 'page 1'), 'look-up 3', 'look-up 1']);
      expect((await bench.discrepancies()).map((one) => one.class)).toEqual(['missing-here']);
      expect((await bench.logged(run.id)).at(-1)).toMatchObject({ outcome: 'finished', detail: { code } });
      onestop.meanwhile = () => undefined;
      expect(await bench.run('onestop')).toMatchObject({ listFailed: false, failureCode: null });
    });

    it('with nothing else to ask stops', async () => {
      const { dvclt } = bench.systems;
      await bench.store(many(2));
      dvclt.meanwhile = () => fails('dvclt.list-unreadable');
      expect(await bench.run('dvclt')).toMatchObject({
        state: 'stopped',
        reasonCode: 'partner-away',
        failureCode: 'dvclt.list-unreadable',
        notLookedAtBecause: { 'partner-away': 2 },
      });
    });

    it('does not take two codes for one when it asks by code', async () => {
      const { onestop } = bench.systems;
      const [twice] = await bench.store(many(1));
      onestop.hold([twice]);
      onestop.rows.push({ codes: { dvclt: twice.codes.dvclt, oneStop: 'H99.other' }, status: 9 });
      await bench.run('onestop');
      await bench.route();
      onestop.meanwhile = (call) => (call.startsWith('page') ? fails('http.5xx') : undefined);
      await bench.run('onestop');
      expect((await bench.discrepancies()).map(({ class: cls, seen }) => [cls, seen])).toEqual([['duplicate', 2]]);
    });
  });

  describe('that hears of nothing at all', () => {
    it('believes no loss of everything: it stops, and writes nothing down', async () => {
      const { dvcqg } = bench.systems;
      await bench.store(many(60));
      dvcqg.atMost = 1;
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ state: 'stopped', reasonCode: 'everything-missing' });
      expect(run.counts).toEqual({ agreed: 0, differing: 0, unreadable: 0, notLookedAt: 60, calls: 50 });
      expect(await bench.discrepancies()).toEqual([]);
      expect((await bench.logged(run.id)).map(({ kind }) => kind)).toEqual([
        'reconciliation.requested',
        'reconciliation.finished',
      ]);
    });

    it('asks large questions at most 20 times', async () => {
      const { dvcqg } = bench.systems;
      await bench.store(many(70));
      dvcqg.atMost = 3;
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ reasonCode: 'everything-missing', counts: { notLookedAt: 70, calls: 20 } });
    });

    it('believes it no more of a few than of many, but of fewer than five', async () => {
      await bench.store(many(5));
      expect(await bench.run('dvcqg')).toMatchObject({ state: 'stopped', reasonCode: 'everything-missing' });
      await bench.clear();
      await bench.store(many(4));
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ state: 'finished', counts: { differing: 4, notLookedAt: 0 } });
      expect(await bench.discrepancies()).toHaveLength(4);
    });

    it('writes down what it held back once one is found, each once', async () => {
      const { dvcqg } = bench.systems;
      const states = await bench.store(many(12));
      dvcqg.atMost = 2;
      dvcqg.hold([states[9]]);
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ state: 'finished', counts: { agreed: 1, differing: 11, notLookedAt: 0, calls: 11 } });
      expect((await bench.discrepancies()).map((one) => one.seen)).toEqual(Array.from({ length: 11 }, () => 1));
    });

    it('counts what it held back as not looked at when a person stops it', async () => {
      const { dvcqg } = bench.systems;
      await bench.store(many(12));
      dvcqg.atMost = 2;
      bench.hasRoom = async () => dvcqg.calls.length < 3;
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({ counts: { notLookedAt: 12 }, notLookedAtBecause: { 'budget-used-up': 12 } });
    });

    it('is not fooled by what its list told of', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(9));
      onestop.hold(states.slice(0, 1));
      expect(await bench.run('onestop')).toMatchObject({ state: 'finished', counts: { agreed: 1, differing: 8 } });
    });

    it('takes nonsense about everything for no answer', async () => {
      const { dvcqg } = bench.systems;
      const states = await bench.store(many(30));
      dvcqg.hold(states);
      dvcqg.atMost = 2;
      for (const { codes } of states) dvcqg.garbled.add(codes.oneStop as string);
      const run = await bench.run('dvcqg');
      expect(run).toMatchObject({
        state: 'stopped',
        reasonCode: 'partner-away',
        failureCode: 'answer-not-understood',
        counts: { unreadable: 0, notLookedAt: 30 },
      });
      expect(await bench.discrepancies()).toEqual([]);
    });

    it('calls a few unreadable where all that was asked for is', async () => {
      const { dvcqg } = bench.systems;
      const states = await bench.store(many(3));
      for (const { codes } of states) dvcqg.garbled.add(codes.oneStop as string);
      expect(await bench.run('dvcqg')).toMatchObject({ state: 'finished', counts: { unreadable: 3 } });
    });
  });

  it.each([['079123456789'], ['Nguyễn Văn A'], ['Nguyen.Van.A 0912345678']])(
    'writes no code down that is none: %s',
    async (strange) => {
      const { onestop } = bench.systems;
      onestop.listing = undefined;
      const [state] = await bench.store(many(1, { oneStop: null }));
      await bench.deliver(state.id, [{ partner: 'onestop', operation: 'hand-over-dossier', status: 'settled' }]);
      for (const oneStop of ['H99.1', strange])
        onestop.rows.push({ codes: { dvclt: state.codes.dvclt, oneStop }, status: 9 });
      const run = await bench.run('onestop');
      expect(run).toMatchObject({ state: 'finished', counts: { unreadable: 1 } });
      expect(await bench.discrepancies()).toMatchObject([{ class: 'unreadable', cause: 'code-unusable' }]);
      expect(JSON.stringify(await bench.db.query('select * from discrepancy'))).not.toContain(strange);
    },
  );

  it.each([
    ['and reads the list when it ends in the days that are compared', 34, ['page 1']],
    ['and asks by code alone when it is older', 36, ['look-up 2']],
  ])('of a window that was asked for: %s', async (_name, days, calls) => {
    const { onestop } = bench.systems;
    onestop.hold(await bench.store(many(2)));
    bench.clock.advance(days * DAY_MS + HOUR_MS);
    const to = new Date(bench.clock.now().getTime() - days * DAY_MS);
    expect(await bench.run('onestop', bench.runner(), { to })).toMatchObject({
      counts: { agreed: 2 },
      listFailed: false,
    });
    expect(onestop.calls).toEqual(calls);
  });
});
