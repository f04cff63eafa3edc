import type { DossierState } from '#dossier';
import { many, ReconciliationBench } from './testing/reconciliation-bench';

const DAY_MS = 86_400_000;
const STRANGER = 'G22.99.08-stranger';

/** What becomes of a difference that a run does not see again: it is closed by what the partner said, and never by what nobody could hear. */
describe('an open difference', () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const open = async (): Promise<string[]> =>
    (await bench.discrepancies()).map(({ class: cls, codes }) => `${cls} ${codes[0]}`).sort();
  const reasons = async (id: string): Promise<unknown[]> =>
    (await bench.logged(id)).flatMap(({ kind, detail }) =>
      kind === 'discrepancy.closed' ? [(detail as { reasonCode: string }).reasonCode] : [],
    );

  describe('about what only the one-stop has', () => {
    const withStranger = async (dvclt = STRANGER): Promise<DossierState[]> => {
      const { onestop } = bench.systems;
      const states = await bench.store(many(2));
      const changedAt = bench.clock.now();
      onestop.hold(states, { changedAt });
      onestop.rows.push({ codes: { dvclt, oneStop: 'H99.s' }, status: 2, changedAt });
      await bench.run('onestop');
      expect(await open()).toEqual([`missing-here ${dvclt}`]);
      return states;
    };

    it('is seen again by its code when the list shifted between two pages', async () => {
      const { onestop } = bench.systems;
      await withStranger();
      onestop.pageSize = 2;
      onestop.meanwhile = (call) => {
        if (call === 'page 1') onestop.rows.push(onestop.rows.shift()!);
      };
      const run = await bench.run('onestop');
      expect(run).toMatchObject({ state: 'finished', counts: { agreed: 2, differing: 1, calls: 3 } });
      const [seen] = await bench.discrepancies();
      expect(seen).toMatchObject({
        class: 'missing-here',
        seen: 2,
        reconciliationId: run.id,
        codes: [STRANGER, 'H99.s'],
      });
      expect((await bench.logged(run.id)).map(({ kind }) => kind)).toContain('reconciliation.judged');
    });

    it('stays when a row of the list could not be read, though its code is unknown now', async () => {
      const { onestop } = bench.systems;
      await withStranger();
      onestop.forget(STRANGER);
      onestop.unreadableRows = 1;
      await bench.run('onestop');
      expect(await open()).toEqual([`missing-here ${STRANGER}`]);
      onestop.unreadableRows = 0;
      expect(await reasons((await bench.run('onestop')).id)).toEqual(['seen-no-more']);
      expect(await open()).toEqual([]);
    });

    it('stays when nobody can read what is said of its code', async () => {
      const { onestop } = bench.systems;
      await withStranger();
      onestop.forget(STRANGER);
      onestop.garbled.add(STRANGER);
      await bench.run('onestop');
      expect(await open()).toEqual([`missing-here ${STRANGER}`]);
    });

    it('is closed as arrived when it came while it was asked for', async () => {
      const { onestop } = bench.systems;
      const dvclt = 'G22.99.08-arrives';
      const [ours] = await withStranger(dvclt);
      onestop.meanwhile = async (call) => {
        if (call === 'page 1') onestop.rows = onestop.rows.slice(0, 2);
        if (call === 'look-up 1')
          await bench.db.execute(`insert into dossier_code (system, code, dossier_id) values ('dvclt', $2, $1)`, [
            ours.id,
            dvclt,
          ]);
      };
      onestop.pageSize = 2;
      expect(await reasons((await bench.run('onestop')).id)).toEqual(['arrived']);
    });

    it('is closed as arrived when intake holds it back', async () => {
      await withStranger();
      await bench.db.execute(
        `insert into quarantine (id, source, item_key, codes, stage, reason_code, reason, responsible, first_seen, last_seen, seen, state)
         values ($1, 'dvclt', $3, '{}', 'map', 'unit-unknown', 'unknown', 'gateway', $2, $2, 1, 'open')`,
        [bench.ids.next(), bench.clock.now(), STRANGER],
      );
      expect(await reasons((await bench.run('onestop')).id)).toEqual(['arrived']);
    });

    it('stays when the list was not read, since the window is an old one', async () => {
      await withStranger();
      bench.clock.advance(60 * DAY_MS);
      bench.systems.onestop.forget(STRANGER);
      await bench.run('onestop', bench.runner(), { to: new Date(bench.clock.now().getTime() - 50 * DAY_MS) });
      expect(bench.systems.onestop.calls.filter((call) => call.startsWith('page'))).toHaveLength(1);
      expect(await open()).toEqual([`missing-here ${STRANGER}`]);
    });
  });

  describe('with DVCLT', () => {
    const withBoth = async (): Promise<DossierState> => {
      const { dvclt } = bench.systems;
      const [lost] = await bench.store(many(1));
      await bench.deliver(lost.id, [{ partner: 'dvclt', operation: 'acknowledge-receipt', status: 'settled' }]);
      dvclt.hold([lost]);
      dvclt.rows.push({ codes: { dvclt: STRANGER }, status: null });
      await bench.run('dvclt');
      await bench.route();
      expect(await open()).toHaveLength(2);
      return lost;
    };

    it('stays when the list held rows that nobody could read', async () => {
      const { dvclt } = bench.systems;
      await withBoth();
      dvclt.rows = [];
      dvclt.unreadableRows = 2;
      await bench.run('dvclt');
      expect(await open()).toHaveLength(2);
      dvclt.unreadableRows = 0;
      await bench.run('dvclt');
      expect(await open()).toEqual([]);
    });

    it('stays when only the second list could not be read', async () => {
      const { dvclt } = bench.systems;
      const lost = await withBoth();
      dvclt.meanwhile = () => {
        dvclt.rows = dvclt.rows.filter(({ codes }) => codes.dvclt === lost.codes.dvclt);
        dvclt.unreadableRows = 1;
      };
      await bench.run('dvclt');
      expect(await open()).toHaveLength(2);
    });

    it('stays when its list is ours to read no more', async () => {
      await withBoth();
      bench.systems.dvclt.listing = undefined;
      await bench.run('dvclt');
      expect(await open()).toHaveLength(2);
    });
  });

  describe('about a dossier that has left the window', () => {
    it('is asked for by code: closed when both agree, seen again when not, and counted in neither', async () => {
      const { dvcqg } = bench.systems;
      const [healed, still, quiet] = await bench.store(many(3));
      dvcqg.hold([quiet]);
      bench.clock.advance(34 * DAY_MS);
      await bench.run('dvcqg');
      await bench.route();
      dvcqg.hold([healed]);
      bench.clock.advance(2 * DAY_MS);
      dvcqg.calls.length = 0;
      const run = await bench.run('dvcqg');
      expect(run.counts).toEqual({ agreed: 0, differing: 0, unreadable: 0, notLookedAt: 0, calls: 1 });
      expect(dvcqg.calls).toEqual(['look-up 2']);
      expect(await open()).toEqual([`missing-there ${still.codes.dvclt}`]);
      expect((await bench.discrepancies())[0]).toMatchObject({ seen: 2, reconciliationId: run.id });
      expect(await bench.attention(healed.id)).toBe(false);
      expect(await reasons(run.id)).toEqual(['agrees']);
      expect((await bench.logged(run.id)).map(({ kind }) => kind)).toContain('reconciliation.judged');
    });

    it('is asked for in questions as large as the partner takes, each once', async () => {
      const { dvcqg } = bench.systems;
      dvcqg.hold(await bench.store(many(1)));
      await bench.store(many(7));
      await bench.run('dvcqg');
      await bench.route();
      bench.clock.advance(40 * DAY_MS);
      dvcqg.atMost = 3;
      dvcqg.calls.length = 0;
      await bench.run('dvcqg');
      expect(dvcqg.calls).toEqual(['look-up 3', 'look-up 3', 'look-up 1']);
      expect((await bench.discrepancies()).map((one) => one.seen)).toEqual(Array.from({ length: 7 }, () => 2));
    });

    it('that two rows told of is not closed by an answer about one of its codes', async () => {
      const { onestop } = bench.systems;
      const [twice] = await bench.store(many(1));
      onestop.hold([twice]);
      onestop.rows.push({ codes: { dvclt: twice.codes.dvclt, oneStop: 'H99.other' }, status: 9 });
      await bench.run('onestop');
      await bench.route();
      bench.clock.advance(60 * DAY_MS);
      await bench.run('onestop');
      expect(await open()).toEqual([`duplicate ${twice.codes.dvclt}`]);
    });
  });
});
