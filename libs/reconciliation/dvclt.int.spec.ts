import type { DossierState } from '#dossier';
import { many, ReconciliationBench } from './testing/reconciliation-bench';

const HOUR_MS = 3_600_000;

/** DVCLT has no query by code: its list of what it believes unacknowledged is all that it says. */
describe('a comparison with DVCLT', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const found = (): Promise<unknown[]> => bench.found();

  describe('without a query by code (DVCLT)', () => {
    const acknowledged = async (count: number): Promise<DossierState[]> => {
      const states = await bench.store(many(count));
      for (const { id } of states)
        await bench.deliver(id, [{ partner: 'dvclt', operation: 'acknowledge-receipt', status: 'settled' }]);
      return states;
    };

    it('says of what the list does not name that it cannot be asked, in one count', async () => {
      await acknowledged(4);
      const run = await bench.run('dvclt');
      expect(run).toMatchObject({ state: 'finished', notLookedAtBecause: { 'cannot-ask': 4 } });
      expect(run.counts).toEqual({ agreed: 0, differing: 0, unreadable: 0, notLookedAt: 4, calls: 1 });
    });

    it('finds a receipt that DVCLT lost, and closes it when it is listed no more', async () => {
      const [lost] = await acknowledged(3);
      bench.systems.dvclt.hold([lost]);
      const run = await bench.run('dvclt');
      expect(run.counts).toMatchObject({ differing: 1, notLookedAt: 2 });
      expect(await found()).toEqual([
        {
          class: 'missing-there',
          dossierId: lost.id,
          ours: null,
          theirs: null,
          cause: 'receipt-lost-there',
          responsible: 'dvclt',
        },
      ]);
      await bench.route();
      bench.systems.dvclt.rows = [];
      await bench.run('dvclt');
      expect(await found()).toEqual([]);
      expect(await bench.attention(lost.id)).toBe(false);
    });

    it('leaves alone what awaits a supplement', async () => {
      const [state] = await bench.store([{ state: 'awaiting-supplement' }]);
      await bench.deliver(state.id, [{ partner: 'dvclt', operation: 'acknowledge-receipt', status: 'settled' }]);
      bench.systems.dvclt.hold([state]);
      expect((await bench.run('dvclt')).notLookedAtBecause).toEqual({ 'awaiting-supplement': 1 });
    });

    it('counts what it lists twice once', async () => {
      const { dvclt } = bench.systems;
      const [state] = await bench.store([{ state: 'awaiting-supplement' }]);
      dvclt.hold([state, state]);
      dvclt.pageSize = 1;
      const run = await bench.run('dvclt');
      expect(run.counts).toEqual({ agreed: 0, differing: 0, unreadable: 0, notLookedAt: 1, calls: 2 });
    });

    it('counts a code that we do not know only when a second list, later, still has it', async () => {
      const { dvclt } = bench.systems;
      const [ours] = await acknowledged(1);
      for (const code of ['stays', 'arrives', 'quarantined'])
        dvclt.rows.push({ codes: { dvclt: `G22.99.08-${code}` }, status: null });
      await bench.db.execute(
        `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, responsible, first_seen, last_seen, seen, state)
         values ($1, 'dvclt', 'G22.99.08-quarantined', '{}', 'map', 'unit-unknown', 'unknown', 'gateway', $2, $2, 1, 'open')`,
        [bench.ids.next(), bench.clock.now()],
      );
      let lists = 0;
      dvclt.meanwhile = async () => {
        if ((lists += 1) === 2)
          await bench.db.execute(
            `insert into dossier_code (system, code, dossier_id) values ('dvclt', 'G22.99.08-arrives', $1)`,
            [ours.id],
          );
      };
      const run = await bench.run('dvclt');
      expect(dvclt.calls).toEqual(['page 1', 'page 1']);
      expect(run.counts).toMatchObject({ differing: 1, notLookedAt: 1 });
      expect((await bench.discrepancies()).map(({ class: cls, codes }) => [cls, codes])).toEqual([
        ['missing-here', ['G22.99.08-stays']],
      ]);
    });

    it('finds a message that waits too long for it, and closes it when it waits no more', async () => {
      const [state] = await acknowledged(2);
      await bench.deliver(state.id, [{ partner: 'dvclt', operation: 'push-status', status: 'dead', causedSeq: 9 }]);
      bench.clock.advance(HOUR_MS);
      const run = await bench.run('dvclt');
      expect(run.counts).toMatchObject({ differing: 1, notLookedAt: 1 });
      expect(await found()).toMatchObject([{ class: 'late', dossierId: state.id, cause: 'dead-letter' }]);
      await bench.route();
      await bench.db.execute(
        `update delivery set status = 'settled', settled_at = $1, due_at = null where status = 'dead'`,
        [bench.clock.now()],
      );
      await bench.run('dvclt');
      expect(await found()).toEqual([]);
    });

    it('cannot be asked at all where it is not ours to list', async () => {
      await acknowledged(2);
      bench.systems.dvclt.listing = undefined;
      expect((await bench.run('dvclt')).counts).toEqual({
        agreed: 0,
        differing: 0,
        unreadable: 0,
        notLookedAt: 2,
        calls: 0,
      });
    });
  });
});
