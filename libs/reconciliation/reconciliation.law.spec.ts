import fc from 'fast-check';
import type { DossierState } from '#dossier';
import { assertLaw, LAW_SEED, lawRun } from '#testing';
import type { PartnerRow } from './ports';
import { ReconciliationBench } from './testing/reconciliation-bench';

/** What is planted about one dossier: a difference, something that forbids to judge, or nothing. */
const PLANTS = [
  'agrees',
  'agrees',
  'agrees',
  'gone',
  'behind',
  'ahead',
  'twice',
  'garbled',
  'on-its-way',
  'late',
  'changing',
  'young',
] as const;
type Plant = (typeof PLANTS)[number];

/** What a run makes of each plant: a class of difference, or the count it goes into. */
const FOUND: Readonly<Record<Plant, string>> = {
  agrees: 'agreed',
  gone: 'missing-there',
  behind: 'status-differs',
  ahead: 'status-differs',
  twice: 'duplicate',
  garbled: 'unreadable',
  'on-its-way': 'notLookedAt',
  late: 'late',
  changing: 'notLookedAt',
  young: 'notLookedAt',
};

interface World {
  plants: readonly { plant: Plant; isUnlisted: boolean; place: number }[];
  strangers: number;
  /** Place of the row that always agrees. */
  knownAt: number;
  /** Rows that the list tells of once more, as when its pages shift. */
  repeated: readonly number[];
  pageSize: number;
  atMost: number;
  /** Calls during which another worker takes the run over. */
  takeOvers: readonly number[];
}

const WORLD: fc.Arbitrary<World> = fc.record({
  plants: fc.array(
    fc.record({
      plant: fc.constantFrom(...PLANTS),
      // Not on the list, since it changed there before the window: asked for by code.
      isUnlisted: fc.boolean(),
      place: fc.nat(1_000),
    }),
    { maxLength: 30 },
  ),
  strangers: fc.nat(4),
  knownAt: fc.nat(1_000),
  repeated: fc.array(fc.nat(40), { maxLength: 6 }),
  pageSize: fc.integer({ min: 1, max: 12 }),
  atMost: fc.integer({ min: 1, max: 12 }),
  takeOvers: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
});

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

describe(`a comparison finds what is planted, seed ${LAW_SEED}`, () => {
  let bench: ReconciliationBench;
  beforeAll(async () => void (bench = await ReconciliationBench.open()));
  afterAll(() => bench.close());

  /** Builds both sides; what is on the list or not is the partner's clock. @returns what must be found, by subject */
  async function build(world: World): Promise<Map<string, string>> {
    const { onestop } = bench.systems;
    const [known, ...states] = await bench.store([{}, ...world.plants.map(() => ({}))]);
    const lateSince = bench.clock.now();
    bench.clock.advance(DAY_MS);
    const placed: { row: PartnerRow; place: number }[] = [];
    // One that is listed: of a partner that has none of ours the rest is not believed.
    placed.push({ row: { codes: known.codes, status: known.portalStatus }, place: world.knownAt });
    const expected = new Map([[known.id, FOUND.agrees]]);
    for (const [index, { plant, isUnlisted, place }] of world.plants.entries()) {
      const state = states[index];
      expected.set(state.id, FOUND[plant]);
      // Two rows under two codes are seen by the list only.
      const changedAt = isUnlisted && plant !== 'twice' ? new Date(lateSince.getTime() - 100 * DAY_MS) : undefined;
      for (const row of await plantOne(state, plant, lateSince))
        placed.push({ row: { ...row, changedAt: row.changedAt ?? changedAt }, place: place + placed.length });
    }
    for (let stranger = 0; stranger < world.strangers; stranger += 1) {
      const dvclt = `G22.99.08-stranger-${stranger}`;
      expected.set(dvclt, 'missing-here');
      placed.push({ row: { codes: { dvclt }, status: 2 }, place: stranger * 7 });
    }
    const rows = placed.sort((a, b) => a.place - b.place).map(({ row }) => row);
    onestop.rows = [...rows, ...world.repeated.flatMap((index) => rows[index] ?? [])];
    Object.assign(onestop, { pageSize: world.pageSize, atMost: world.atMost });
    return expected;
  }

  /** @returns the partner's rows of this dossier */
  async function plantOne(state: DossierState, plant: Plant, lateSince: Date): Promise<PartnerRow[]> {
    const { dvclt, oneStop } = state.codes;
    const row: PartnerRow = { codes: { dvclt, oneStop }, status: state.portalStatus };
    const report = { partner: 'onestop', operation: 'report-status', status: 'waiting' } as const;
    switch (plant) {
      case 'gone':
        return [];
      case 'behind':
        return [{ ...row, status: 2 }];
      case 'ahead':
        return [{ ...row, status: 10 }];
      case 'twice':
        return [row, { ...row, codes: { dvclt, oneStop: `${oneStop}-2` } }];
      case 'garbled':
        bench.systems.onestop.garbled.add(oneStop as string);
        return [];
      case 'on-its-way':
        // As young as it may be when the run begins.
        await bench.deliver(state.id, [{ ...report, createdAt: new Date(bench.clock.now().getTime() + DAY_MS) }]);
        return [{ ...row, status: 2 }];
      case 'late':
        await bench.deliver(state.id, [{ ...report, createdAt: lateSince }]);
        return [row];
      case 'changing':
        await bench.db.execute(`update dossier set updated_at = $2 where id = $1`, [
          state.id,
          new Date(bench.clock.now().getTime() + DAY_MS),
        ]);
        return [{ ...row, status: 2 }];
      case 'young':
        // As young as it may be when the run asks.
        return [{ ...row, status: 10, changedAt: new Date(bench.clock.now().getTime() + HOUR_MS) }];
      default:
        return [row];
    }
  }

  /** Whatever pages, order, and workers that lose the run between question and verdict: the same is found. */
  it('exactly, and counts each dossier once', async () => {
    const law = fc.asyncProperty(WORLD, async (world) => {
      await bench.clear();
      const { onestop } = bench.policy.partners;
      // Longer than runs wait for workers that take them over.
      const partners = { ...bench.policy.partners, onestop: { ...onestop, graceMs: 600_000 } };
      bench.policy = { ...bench.policy, partners };
      const expected = await build(world);
      let calls = 0;
      bench.systems.onestop.meanwhile = async () => {
        if (!world.takeOvers.includes((calls += 1))) return;
        bench.clock.advance(31_000);
        await bench.runner('worker-b').runOnce(new AbortController().signal);
      };
      const run = await bench.run('onestop');
      expect(run.state).toBe('finished');
      const open = await bench.discrepancies();
      const isClass = (what: string): boolean => !['agreed', 'notLookedAt'].includes(what);
      const found = open.map((one) => `${one.dossierId ?? one.codes[0]} ${one.class}`);
      expect(found.sort()).toEqual(
        [...expected].flatMap(([subject, what]) => (isClass(what) ? [`${subject} ${what}`] : [])).sort(),
      );
      expect(open.every((one) => one.seen === 1)).toBe(true);
      const count = (...what: string[]): number => [...expected.values()].filter((one) => what.includes(one)).length;
      expect({ ...run.counts, calls: 0 }).toEqual({
        agreed: count('agreed'),
        differing: count('missing-there', 'missing-here', 'status-differs', 'duplicate', 'late'),
        unreadable: count('unreadable'),
        notLookedAt: count('notLookedAt'),
        calls: 0,
      });
      const because = Object.values(run.notLookedAtBecause).reduce((sum, one) => sum + one, 0);
      expect(because).toBe(run.counts.notLookedAt);
    });
    await assertLaw('reconciliation', law, lawRun(25, 200));
  });
});
