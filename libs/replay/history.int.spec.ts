import type { PartnerView } from '#delivery';
import { releaseItems } from './app/release-items';
import { requestDryRun } from './app/steer-plan';
import { readSubjects } from './adapters/item-store';
import { ReplayBench } from './testing/replay-bench';

/** A partner that lost its data, and what may be at a partner though nobody knows. */
describe('what a partner has lost, or may have', () => {
  let bench: ReplayBench;
  beforeAll(async () => void (bench = await ReplayBench.open()));
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const FORGOTTEN: PartnerView = { verdict: 'absent', reasonCode: 'test.absent', isForgotten: true };
  const request = { source: 'history', reasonCode: 'partner-lost-data' } as const;
  const sql = <T extends object>(text: string, ...params: unknown[]): Promise<T[]> =>
    bench.delivery.db.query<T>(text, params);
  const idsOf = async (dossierId: string): Promise<string[]> =>
    (await bench.delivery.deliveries(dossierId)).map((one) => one.id);

  /** A dossier of which these operations were told, by journal number. */
  async function told(...operations: readonly string[]): Promise<string> {
    const [dossierId] = await bench.delivery.newDossiers(1);
    for (const [at, operation] of operations.entries())
      await bench.delivery.enqueue(dossierId, [at + 1], { operation, step: operation === 'state' ? 0 : 1 });
    await sql(
      `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2, due_at = null where dossier_id = $1`,
      dossierId,
      bench.clock.now(),
    );
    await sql(`update lane set due_at = null where dossier_id = $1`, dossierId);
    return dossierId;
  }
  const sentOrder = async (dossierId: string): Promise<string[]> =>
    (
      await sql<{ operation: string }>(
        `select d.operation from attempt a join delivery d on d.id = a.delivery_id where d.dossier_id = $1 order by a.id`,
        dossierId,
      )
    ).map(({ operation }) => operation);

  it.each([
    ['from its beginning', 0],
    ['from a row of progress on', 1],
  ])('is told its state before its rows of progress, %s', async (_name, from) => {
    bench.partner.asNow = ['state'];
    bench.partner.viewOf = () => FORGOTTEN;
    const dossierId = await told('state', 'row', 'state', 'row');
    const { id } = await bench.started({ ...request, selection: { ids: (await idsOf(dossierId)).slice(from) } });
    await bench.run(id);
    expect(await sentOrder(dossierId)).toEqual(['state', 'row', 'row']);
  });

  it('is told the steps of one event in their order, though one of them was told again before', async () => {
    const dossierId = await told('first');
    await bench.delivery.enqueue(dossierId, [1], { operation: 'second', step: 2 });
    await sql(
      `update delivery set status = 'settled', outcome = 'accepted', settled_at = $2 where dossier_id = $1`,
      dossierId,
      bench.clock.now(),
    );
    const originals = await idsOf(dossierId);
    const before = await bench.started({ ...request, selection: { ids: originals.slice(0, 1) } });
    await bench.run(before.id);
    const { id } = await bench.started({ ...request, selection: { ids: originals } });
    await bench.run(id);
    expect(await sentOrder(dossierId)).toEqual(['first', 'first', 'second']);
  });

  it('is known to have it again once it says so: the message is made as for a dossier that it knows', async () => {
    bench.partner.asNow = ['state'];
    bench.partner.viewOf = () => FORGOTTEN;
    const dossierId = await told('state');
    const { id } = await bench.started({ ...request, selection: { ids: await idsOf(dossierId) } });
    let isFirst = true;
    bench.partner.answer = () => {
      if (!isFirst) return { outcome: 'accepted', wire: 'answered', reasonCode: 'test.accepted' };
      isFirst = false;
      return { outcome: 'retry', wire: 'answered', reasonCode: 'test.exists', rerender: true, retryAfterMs: 0 };
    };
    await bench.run(id);
    expect(bench.partner.rendered.map(({ facts }) => facts.isForgotten === true)).toEqual([true, false]);
  });

  it('is told a copy of a copy as if it knows the dossier, unless it was seen to have lost it once more', async () => {
    bench.partner.asNow = ['state'];
    bench.partner.viewOf = () => FORGOTTEN;
    const dossierId = await told('state');
    const first = await bench.started({ ...request, selection: { ids: await idsOf(dossierId) } });
    await bench.run(first.id);
    bench.partner.viewOf = () => ({ verdict: 'absent', reasonCode: 'test.other-state' });
    const copy = (await idsOf(dossierId)).at(-1)!;
    const second = await bench.started({ ...request, selection: { ids: [copy] } });
    await bench.run(second.id);
    expect(bench.partner.rendered.map(({ facts }) => facts.isForgotten === true)).toEqual([true, false]);
  });

  it('is told everything again when it loses its data a second time: the copies of the first time overtake nothing', async () => {
    const dossierId = await told('row', 'row', 'row');
    const selection = { ids: await idsOf(dossierId) };
    for (const time of [1, 2]) {
      const { id } = await bench.started({ ...request, selection });
      expect(await bench.run(id)).toMatchObject({ totals: { classes: { absent: 3 } }, counts: { done: 3 } });
      expect(bench.partner.calls).toHaveLength(3 * time);
    }
  });

  it('is told once by two plans that look at the same moment', async () => {
    const dossierId = await told('step');
    const selection = { ids: await idsOf(dossierId) };
    const plans = [await bench.create({ ...request, selection }), await bench.create({ ...request, selection })];
    await sql(`update replay_plan set state = 'running', lease_owner = 'worker-a', started_at = $1`, bench.clock.now());
    const deps = bench.runDeps();
    const looked = await Promise.all(
      plans.map(({ id }) => readSubjects(bench.delivery.db, id, { from: 1, atMost: 1 })),
    );
    const found = { class: 'absent', action: 'send' } as const;
    const released: boolean[] = [];
    for (const [at, { id }] of plans.entries())
      released.push(await releaseItems(await bench.plan(id), { subjects: looked[at], looked: [found] }, deps));
    expect(released).toEqual([true, false]);
    expect(await idsOf(dossierId)).toHaveLength(2);
  });

  it('is left alone by a second plan while a copy of a plan that has stopped is still under way', async () => {
    const dossierId = await told('step');
    const selection = { ids: await idsOf(dossierId) };
    const { id } = await bench.started({ ...request, selection });
    await bench.work(id, 'stopped');
    await requestDryRun(id, bench.by(), bench.deps);
    await bench.work(id, 'dry-run');
    const second = await bench.create({ ...request, selection });
    await requestDryRun(second.id, bench.by(), bench.deps);
    expect((await bench.work(second.id, 'dry-run')).totals!.classes).toEqual({ 'planned-elsewhere': 1 });
  });

  it('is not believed to have nothing while the last call may still run there', async () => {
    await bench.dead(1, 'unknown');
    bench.partner.repeat = 'probe-first';
    const { id } = await bench.create();
    await requestDryRun(id, bench.by(), bench.deps);
    const soon = await bench.work(id, 'dry-run');
    expect(soon.totals).toMatchObject({ classes: { 'cannot-tell': 1 }, actions: { skip: 1 } });
    expect((await bench.items(id))[0].found).toMatchObject({ reasonCode: 'replay.absent-too-soon' });
    bench.clock.advance(60_000);
    await requestDryRun(id, bench.by(), bench.deps);
    expect((await bench.work(id, 'dry-run')).totals).toMatchObject({ classes: { absent: 1 }, actions: { send: 1 } });
  });

  it('is sent the bytes of then when the first call is unknown and the last one did not get through', async () => {
    const [dossierId] = await bench.dead(1, 'retry');
    const kept = bench.delivery.ids.next();
    await sql(`update delivery set was_unknown = true, content_ref = $2 where dossier_id = $1`, dossierId, kept);
    const { id } = await bench.started();
    await bench.work(id, 'stopped');
    expect((await bench.delivery.deliveries(dossierId))[0].contentRef).toBe(kept);
  });
});
