import type { DossierState } from '#dossier';
import { until } from '#testing';
import { many, ReconciliationBench } from './testing/reconciliation-bench';

const HOUR_MS = 3_600_000;

/** Whole comparisons with partners by script, on a real database. */
describe('a comparison with a partner', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const found = (): Promise<unknown[]> => bench.found();

  describe('with a list of states and a query by code', () => {
    const { oneStopOf } = { oneStopOf: ({ codes }: DossierState): string => codes.oneStop as string };

    it('finds nothing where both have the same, by the list alone', async () => {
      bench.systems.onestop.hold(await bench.store(many(7)));
      bench.systems.onestop.pageSize = 3;
      const run = await bench.run('onestop');
      expect(run).toMatchObject({ state: 'finished', reasonCode: null, notLookedAtBecause: {} });
      expect(run.counts).toEqual({ agreed: 7, differing: 0, unreadable: 0, notLookedAt: 0, calls: 3 });
      expect(bench.systems.onestop.calls).toEqual(['page 1', 'page 2', 'page 3']);
      expect(await found()).toEqual([]);
    });

    it('finds each kind of difference, names who must act, and counts what agrees', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(8));
      onestop.hold(states);
      const [gone, behind, ahead, twice] = states;
      onestop.forget(oneStopOf(gone));
      onestop.change(oneStopOf(behind), { status: 4 });
      onestop.change(oneStopOf(ahead), { status: 10 });
      onestop.rows.push({ codes: { dvclt: twice.codes.dvclt, oneStop: 'H99.other' }, status: 1 });
      onestop.rows.push({ codes: { dvclt: 'G22.99.08-unknown', oneStop: 'H99.strange' }, status: 2 });
      onestop.rows.push({ codes: { oneStop: 'H99.of-another-procedure' }, status: 2 });
      const run = await bench.run('onestop');
      expect(run.counts).toMatchObject({ agreed: 4, differing: 5, unreadable: 0, notLookedAt: 0 });
      expect(await found()).toEqual(
        expect.arrayContaining([
          {
            class: 'missing-there',
            dossierId: gone.id,
            ours: 9,
            theirs: null,
            cause: 'partner-lost-it',
            responsible: 'onestop',
          },
          {
            class: 'status-differs',
            dossierId: behind.id,
            ours: 9,
            theirs: 4,
            cause: 'not-taken',
            responsible: 'onestop',
          },
          {
            class: 'status-differs',
            dossierId: ahead.id,
            ours: 9,
            theirs: 10,
            cause: 'not-told-back',
            responsible: 'onestop',
          },
          {
            class: 'duplicate',
            dossierId: twice.id,
            ours: 9,
            theirs: 1,
            cause: 'several-codes',
            responsible: 'onestop',
          },
          {
            class: 'missing-here',
            dossierId: null,
            ours: null,
            theirs: 2,
            cause: 'never-received',
            responsible: 'gateway',
          },
        ]),
      );
      expect(await found()).toHaveLength(5);
      const strange = (await bench.discrepancies()).find((one) => one.dossierId === null);
      expect(strange).toMatchObject({ codes: ['G22.99.08-unknown', 'H99.strange'], unit: null, procedure: null });
      expect(await bench.journal(gone.id)).toEqual(['discrepancy.found']);
      expect(await bench.attention(gone.id)).toBe(true);
      expect((await bench.logged(run.id)).map(({ kind }) => kind)).toEqual([
        'reconciliation.requested',
        ...Array.from({ length: 4 }, () => ['discrepancy.found', 'reconciliation.judged']).flat(),
        'discrepancy.found',
        'reconciliation.judged',
        'reconciliation.finished',
      ]);
    });

    it('closes what the next run sees no more, and takes the mark off the dossier', async () => {
      const { onestop } = bench.systems;
      const [lost, kept] = await bench.store(many(2));
      onestop.hold([kept]);
      const first = await bench.run('onestop');
      await bench.route();
      onestop.hold([lost]);
      const second = await bench.run('onestop');
      expect([first.counts.differing, second.counts.differing]).toEqual([1, 0]);
      expect(await found()).toEqual([]);
      const [closed] = await bench.discrepancies('closed');
      expect(closed).toMatchObject({ dossierId: lost.id, class: 'missing-there', seen: 1, closedAt: expect.any(Date) });
      expect(await bench.journal(lost.id)).toEqual(['discrepancy.found', 'discrepancy.closed', 'attention.cleared']);
      expect(await bench.attention(lost.id)).toBe(false);
      expect((await bench.logged(second.id)).map(({ kind }) => kind)).toEqual([
        'reconciliation.requested',
        'discrepancy.closed',
        'reconciliation.finished',
      ]);
    });

    it('knows a difference again that it saw before, and does not tell the journal twice', async () => {
      const { onestop } = bench.systems;
      const [state] = await bench.store(many(1));
      onestop.hold([state], { status: 4 });
      await bench.run('onestop');
      await bench.route();
      onestop.change(oneStopOf(state), { status: 2 });
      const second = await bench.run('onestop');
      const [seen] = await bench.discrepancies();
      expect(seen).toMatchObject({ seen: 2, theirs: 2, reconciliationId: second.id });
      expect(seen.lastSeenAt > seen.firstSeenAt).toBe(true);
      expect(await bench.journal(state.id)).toEqual(['discrepancy.found']);
      expect((await bench.logged(second.id)).map(({ kind }) => kind)).toContain('reconciliation.judged');
    });

    it('closes a difference that became another one', async () => {
      const { onestop } = bench.systems;
      const [state] = await bench.store(many(1));
      onestop.hold([state], { status: 4 });
      await bench.run('onestop');
      await bench.route();
      onestop.forget(oneStopOf(state));
      await bench.run('onestop');
      expect((await bench.discrepancies()).map((one) => one.class)).toEqual(['missing-there']);
      expect((await bench.discrepancies('closed')).map((one) => one.class)).toEqual(['status-differs']);
      expect(await bench.attention(state.id)).toBe(true);
    });

    it('closes what only the partner had once it has come, or the list that would tell of it does no more', async () => {
      const { onestop } = bench.systems;
      const [ours] = await bench.store(many(1));
      onestop.hold([ours]);
      const changedAt = bench.clock.now();
      for (const dvclt of ['G22.99.08-comes', 'G22.99.08-goes'])
        onestop.rows.push({ codes: { dvclt }, status: 2, changedAt });
      await bench.run('onestop');
      expect((await bench.discrepancies()).map((one) => one.class)).toEqual(['missing-here', 'missing-here']);
      onestop.forget('G22.99.08-goes');
      await bench.store([{ dvclt: 'G22.99.08-comes', portalStatus: 2, state: 'with-registry' }]);
      const second = await bench.run('onestop');
      expect(await bench.discrepancies()).toEqual([]);
      const reasons = (await bench.logged(second.id)).flatMap(({ kind, detail }) =>
        kind === 'discrepancy.closed' ? [(detail as { reasonCode: string }).reasonCode] : [],
      );
      expect(reasons.sort()).toEqual(['arrived', 'seen-no-more']);
    });

    it('keeps open what its list does not reach back to', async () => {
      const { onestop } = bench.systems;
      onestop.rows.push({ codes: { dvclt: 'G22.99.08-old' }, status: 2, changedAt: bench.clock.now() });
      await bench.run('onestop');
      bench.clock.advance(60 * 86_400_000);
      await bench.run('onestop');
      expect((await bench.discrepancies()).map((one) => one.codes)).toEqual([['G22.99.08-old']]);
    });

    it('asks by code for what the list left out, in questions as large as the partner takes', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(12));
      bench.clock.advance(40 * 86_400_000);
      onestop.hold(states, { changedAt: new Date(bench.clock.now().getTime() - 39.9 * 86_400_000) });
      onestop.atMost = 5;
      bench.policy = {
        ...bench.policy,
        partners: { ...bench.policy.partners, onestop: { ...bench.policy.partners.onestop, windowDays: 50 } },
      };
      onestop.listing = {
        means: 'state',
        page: async () => ({ askedAt: bench.clock.now(), rows: [], unreadable: 0, next: null }),
      };
      const run = await bench.run('onestop');
      expect(run.counts).toEqual({ agreed: 12, differing: 0, unreadable: 0, notLookedAt: 0, calls: 4 });
      expect(onestop.calls).toEqual(['look-up 5', 'look-up 5', 'look-up 2']);
    });

    it('counts a dossier once that two pages tell of, and sees its second code on a later page', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(4));
      onestop.hold(states);
      onestop.rows.push(onestop.rows[0], { codes: { dvclt: states[1].codes.dvclt, oneStop: 'H99.second' }, status: 9 });
      onestop.pageSize = 3;
      const run = await bench.run('onestop');
      expect(run.counts).toMatchObject({ agreed: 3, differing: 1, unreadable: 0, notLookedAt: 0 });
      expect(await found()).toMatchObject([{ class: 'duplicate', dossierId: states[1].id }]);
    });

    it('counts only the dossiers of its window, whatever else the list tells of', async () => {
      const { onestop } = bench.systems;
      const old = await bench.store(many(2));
      bench.clock.advance(40 * 86_400_000);
      const states = await bench.store(many(3));
      onestop.hold(old, { status: 1 });
      onestop.hold(states);
      const run = await bench.run('onestop');
      expect(run.counts).toEqual({ agreed: 3, differing: 0, unreadable: 0, notLookedAt: 0, calls: 1 });
      expect(await found()).toEqual([]);
    });

    it('leaves to the query by code what shifted away between two pages', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(6));
      onestop.hold(states);
      onestop.pageSize = 2;
      onestop.meanwhile = (call) => {
        if (call === 'page 1') onestop.rows.push(onestop.rows.shift()!);
      };
      const run = await bench.run('onestop');
      expect(run.counts).toMatchObject({ agreed: 6, differing: 0, notLookedAt: 0 });
      expect(onestop.calls).toEqual(['page 1', 'page 2', 'page 3', 'look-up 1']);
    });

    it('never calls a row clean that nobody can read', async () => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(3));
      onestop.hold(states);
      onestop.forget(oneStopOf(states[0]));
      onestop.garbled.add(oneStopOf(states[0]));
      onestop.change(oneStopOf(states[1]), { status: null });
      onestop.unreadableRows = 1;
      const run = await bench.run('onestop');
      expect(run.counts).toMatchObject({ agreed: 1, differing: 0, unreadable: 3, notLookedAt: 0 });
      expect((await bench.discrepancies()).map(({ class: cls, cause }) => [cls, cause])).toEqual(
        expect.arrayContaining([
          ['unreadable', 'answer-not-understood'],
          ['unreadable', 'status-unknown'],
        ]),
      );
      expect(await bench.attention(states[0].id)).toBe(false);
      const kinds = (await bench.logged(run.id)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'reconciliation.judged')).toHaveLength(2);
    });

    it('does not take an unreadable answer for the end of a difference', async () => {
      const { onestop } = bench.systems;
      const [state] = await bench.store(many(1));
      onestop.hold([state], { status: 4 });
      await bench.run('onestop');
      await bench.route();
      onestop.forget(oneStopOf(state));
      onestop.garbled.add(oneStopOf(state));
      const run = await bench.run('onestop');
      expect(run.counts).toMatchObject({ differing: 0, unreadable: 1 });
      expect(await found()).toMatchObject([{ class: 'status-differs', dossierId: state.id }]);
    });
  });

  describe('judges as of when it asked', () => {
    const unlisted = async (count = 1): Promise<DossierState[]> => {
      bench.systems.onestop.listing = undefined;
      return bench.store(many(count));
    };

    it('is silent about a dossier that changed on our side after the question', async () => {
      const [state] = await unlisted();
      const { onestop } = bench.systems;
      onestop.hold([state], { status: 4 });
      onestop.meanwhile = async () => {
        await bench.db.execute(`update dossier set updated_at = $2 where id = $1`, [state.id, bench.clock.now()]);
      };
      const run = await bench.run('onestop');
      expect(run).toMatchObject({
        counts: { differing: 0, notLookedAt: 1 },
        notLookedAtBecause: { 'changed-meanwhile': 1 },
      });
    });

    it('is silent about a message that was settled after the question', async () => {
      const [state] = await unlisted();
      const { onestop } = bench.systems;
      onestop.meanwhile = async () =>
        void (await bench.deliver(state.id, [{ partner: 'onestop', operation: 'report-status', status: 'settled' }]));
      const run = await bench.run('onestop');
      expect(run.notLookedAtBecause).toEqual({ 'changed-meanwhile': 1 });
    });

    it('neither asks for nor judges what is on its way, or is not routed yet', async () => {
      const [waiting, unrouted] = await unlisted(2);
      bench.clock.advance(HOUR_MS);
      await bench.deliver(waiting.id, [{ partner: 'onestop', operation: 'report-status', status: 'unknown' }]);
      await bench.db.execute(
        `update dossier set routed_seq = 0, updated_at = updated_at + interval '90 minutes' where id = $1`,
        [unrouted.id],
      );
      const run = await bench.run('onestop');
      expect(run.counts).toEqual({ agreed: 0, differing: 0, unreadable: 0, notLookedAt: 2, calls: 0 });
      expect(run.notLookedAtBecause).toEqual({ 'in-flight': 2 });
    });

    it('sees a message that was queued while it asked, under the lock of its dossier', async () => {
      const [state] = await unlisted();
      bench.systems.onestop.meanwhile = async () => {
        await bench.deliver(state.id, [{ partner: 'onestop', operation: 'report-status', status: 'queued' }]);
      };
      const run = await bench.run('onestop');
      expect(run.notLookedAtBecause).toEqual({ 'in-flight': 1 });
    });

    it('judges again what changed while it waited for the lock of the dossier', async () => {
      const [state] = await unlisted();
      let change: Promise<void> | undefined;
      bench.systems.onestop.meanwhile = async () => {
        const isLocked = new Promise<void>((resolve) => {
          change = bench.db.run(async (tx) => {
            await tx.query(`select id from dossier where id = $1 for update`, [state.id]);
            resolve();
            await until(() => bench.isAnybodyWaiting(), 5_000, 'the run to wait for the lock');
            await tx.execute(`update dossier set updated_at = $2 where id = $1`, [state.id, bench.clock.now()]);
          });
        });
        await isLocked;
      };
      const run = await bench.run('onestop');
      await change;
      expect(run.notLookedAtBecause).toEqual({ 'changed-meanwhile': 1 });
      expect(await found()).toEqual([]);
    });

    it.each([
      ['dead', 'dead-letter', 'gateway'],
      ['unknown', 'unknown-outcome', 'gateway'],
      ['waiting', 'waits', 'onestop'],
    ] as const)('calls a message late that is %s for longer than it may wait', async (status, cause, responsible) => {
      const [state] = await unlisted();
      await bench.deliver(state.id, [{ partner: 'onestop', operation: 'report-status', status }]);
      bench.clock.advance(HOUR_MS);
      await bench.run('onestop');
      expect(await found()).toEqual([
        { class: 'late', dossierId: state.id, ours: 9, theirs: null, cause, responsible },
      ]);
    });

    it('says that a late message is held', async () => {
      const [state] = await unlisted();
      await bench.deliver(state.id, [{ partner: 'onestop', operation: 'report-status', status: 'queued' }]);
      await bench.db.execute(
        `insert into hold (id, partner, unit, starts_at, reason, placed_by) values ($1, 'onestop', '00123', $2, 'a test', 'operator')`,
        [bench.ids.next(), bench.clock.now()],
      );
      bench.clock.advance(HOUR_MS);
      await bench.run('onestop');
      expect(await found()).toMatchObject([{ class: 'late', cause: 'held', responsible: 'gateway' }]);
    });

    it('does not call clean what only the partner has since a moment ago', async () => {
      const { onestop } = bench.systems;
      const changedAt = new Date(bench.clock.now().getTime() + HOUR_MS - 5_000);
      onestop.rows.push({ codes: { dvclt: 'G22.99.08-young', oneStop: 'H99.young' }, status: 1, changedAt });
      const run = await bench.run('onestop');
      expect(run).toMatchObject({
        counts: { differing: 0, notLookedAt: 1 },
        notLookedAtBecause: { 'just-changed': 1 },
      });
      expect((await bench.run('onestop')).counts).toMatchObject({ differing: 1, notLookedAt: 0 });
    });

    it('gives a young change at the partner time to reach us', async () => {
      const [state] = await unlisted();
      bench.systems.onestop.hold([state], { status: 10 });
      bench.systems.onestop.change(state.codes.oneStop as string, {
        changedAt: new Date(bench.clock.now().getTime() + HOUR_MS - 5_000),
      });
      const run = await bench.run('onestop');
      expect(run.notLookedAtBecause).toEqual({ 'just-changed': 1 });
      expect((await bench.run('onestop')).counts).toMatchObject({ differing: 1, notLookedAt: 0 });
    });
  });

  it('does not ask for a dossier that has no code at the partner yet', async () => {
    const early = { oneStop: null, state: 'received', portalStatus: 1 } as const;
    await bench.store([
      { ...early, portalKnown: false },
      { ...early, portalKnown: true },
    ]);
    const run = await bench.run('dvcqg');
    expect(run).toMatchObject({
      counts: { calls: 0, agreed: 1, notLookedAt: 1 },
      notLookedAtBecause: { 'no-code': 1 },
    });
  });
});
