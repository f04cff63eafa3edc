import { lockDossiers } from '#dossier';
import { fixedClock } from '#testing';
import { DeliveryBench, newDelivery } from '../testing/delivery-bench';
import { claimLanes } from './claim-lanes';
import { enqueueDeliveries } from './enqueue-deliveries';

const clock = fixedClock();

describe('claiming heads of lanes', () => {
  let bench: DeliveryBench;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
  });
  afterAll(() => bench.close());
  afterEach(() => bench.clear());

  const claim = (workerId = 'worker-a', maxLanes = 100) =>
    claimLanes(bench.db, { partner: 'dvclt', workerId, maxLanes, deadlineMs: 10_000, now: clock.now() });
  const hold = (part: {
    operation?: string;
    unit?: string;
    dossier_id?: string;
    ends_at?: Date;
    starts_at?: Date;
    state?: string;
    partner?: string;
  }) =>
    bench.db.execute(
      `insert into hold (id, partner, operation, unit, dossier_id, starts_at, ends_at, reason, placed_by, state)
       values ($1, $2, $3, $4, $5, $6, $7, 'test', 'operator', $8)`,
      [
        bench.ids.next(),
        part.partner ?? 'dvclt',
        part.operation ?? null,
        part.unit ?? null,
        part.dossier_id ?? null,
        part.starts_at ?? clock.now(),
        part.ends_at ?? null,
        part.state ?? 'in-force',
      ],
    );

  it('remembers that a delivery was unknown, also after a probe found it absent', async () => {
    const [dossier] = await bench.newDossiers(1);
    await bench.enqueue(dossier, [1]);
    const states = async (status: string): Promise<boolean | undefined> => {
      await bench.db.execute(`update delivery set status = $2, due_at = $3 where dossier_id = $1`, [
        dossier,
        status,
        clock.now(),
      ]);
      await bench.db.execute(`update lane set lease_owner = null, due_at = $2 where dossier_id = $1`, [
        dossier,
        clock.now(),
      ]);
      return (await claim())[0]?.wasUnknown;
    };
    expect(await states('queued')).toBe(false);
    expect(await states('unknown')).toBe(true);
    expect(await states('waiting')).toBe(true);
  });

  it('takes one head per lane, marks it in flight and gives all that the courier needs', async () => {
    const [first, second] = await bench.newDossiers(2);
    await bench.enqueue(first, [3, 2]);
    await bench.enqueue(second, [1]);
    const claims = await claim();
    expect(claims.map((one) => one.dossierId).sort()).toEqual([first, second].sort());
    const [mine] = claims.filter((one) => one.dossierId === first);
    expect(mine).toMatchObject({
      partner: 'dvclt',
      operation: 'push-status',
      status: 'in-flight',
      attempts: 1,
      fence: '1',
      contentRef: null,
      facts: { status: 1 },
    });
    expect(mine.dossier).toMatchObject({ id: first, state: 'received' });
    expect(await bench.statuses(first)).toEqual(['in-flight', 'queued']);
    expect(await bench.lane(first)).toMatchObject({ leaseOwner: 'worker-a', fence: '1', dueAt: null });
    expect(await claim('worker-b')).toEqual([]);
  });

  it('never takes more lanes than there are free slots', async () => {
    for (const dossierId of await bench.newDossiers(5)) await bench.enqueue(dossierId, [1]);
    expect(await claim('worker-a', 2)).toHaveLength(2);
    expect(await claim('worker-a', 10)).toHaveLength(3);
  });

  it('leaves a waiting head and what stands behind it until it is due', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1, 2]);
    const dueAt = new Date(clock.now().getTime() + 1_000);
    await bench.db.execute(
      `update delivery set status = 'waiting', due_at = $2 where dossier_id = $1 and caused_seq = 1`,
      [dossierId, dueAt],
    );
    expect(await claim()).toEqual([]);
    clock.advance(1_000);
    expect(await claim()).toMatchObject([{ dossierId, status: 'in-flight' }]);
  });

  it('takes a due unknown head and leaves it unknown', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    await bench.db.execute(`update delivery set status = 'unknown' where dossier_id = $1`, [dossierId]);
    expect(await claim()).toMatchObject([{ dossierId, status: 'unknown' }]);
    expect(await bench.statuses(dossierId)).toEqual(['unknown']);
  });

  it('does not pass a dead head, nor an unknown one that waits for a person', async () => {
    const [dead, unclear] = await bench.newDossiers(2);
    for (const dossierId of [dead, unclear]) await bench.enqueue(dossierId, [1, 2]);
    await bench.db.execute(
      `update delivery set status = 'dead', due_at = null where dossier_id = $1 and caused_seq = 1`,
      [dead],
    );
    await bench.db.execute(
      `update delivery set status = 'unknown', due_at = null where dossier_id = $1 and caused_seq = 1`,
      [unclear],
    );
    expect(await claim()).toEqual([]);
  });

  it.each([
    ['of the partner', {}, true],
    ['of the operation at the head', { operation: 'push-status' }, true],
    ['of the unit', { unit: '00123' }, true],
    ['that ends later', { ends_at: new Date(clock.now().getTime() + 3_600_000) }, true],
    ['of another operation', { operation: 'acknowledge-receipt' }, false],
    ['of another unit', { unit: '99001' }, false],
    ['of another partner', { partner: 'hotich' }, false],
    ['whose window has ended and whose drain has not begun', { ends_at: clock.now() }, true],
    ['that begins later', { starts_at: new Date(clock.now().getTime() + 3_600_000) }, false],
    ['that drains', { state: 'draining' }, true],
    ['that is over', { state: 'over' }, false],
  ])('a hold %s', async (_name, part, isHeld) => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1]);
    await hold(part);
    expect(await claim()).toHaveLength(isHeld ? 0 : 1);
  });

  it('a hold of an operation also stops what stands behind it, in that lane only', async () => {
    const [held, free] = await bench.newDossiers(2);
    await bench.enqueue(held, [1], { operation: 'acknowledge-receipt' });
    await bench.enqueue(held, [2]);
    await bench.enqueue(free, [1]);
    await hold({ operation: 'acknowledge-receipt' });
    expect((await claim()).map((one) => one.dossierId)).toEqual([free]);
  });

  it('a hold of one dossier leaves the others alone', async () => {
    const [held, free] = await bench.newDossiers(2);
    await bench.enqueue(held, [1]);
    await bench.enqueue(free, [1]);
    await hold({ dossier_id: held });
    expect((await claim()).map((one) => one.dossierId)).toEqual([free]);
  });

  it('finds a free lane behind many that are held, however few slots are free', async () => {
    const held = await bench.newDossiers(40);
    for (const dossierId of held) await bench.enqueue(dossierId, [1], { operation: 'acknowledge-receipt' });
    const free = await bench.newDossier();
    await bench.enqueue(free, [1]);
    await bench.db.execute(`update lane set due_at = due_at - interval '1 minute' where dossier_id = any($1::uuid[])`, [
      held,
    ]);
    await hold({ operation: 'acknowledge-receipt' });
    expect((await claim('worker-a', 1)).map((one) => one.dossierId)).toEqual([free]);
  });

  it('queues a delivery that is told twice only once', async () => {
    const dossierId = await bench.newDossier();
    expect(await bench.enqueue(dossierId, [1, 2])).toBe(2);
    expect(await bench.enqueue(dossierId, [2, 3])).toBe(1);
    expect(await bench.statuses(dossierId)).toEqual(['queued', 'queued', 'queued']);
  });

  it('keeps a moot delivery for the record without waking its lane', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1], { status: 'cancelled' });
    expect(await claim()).toEqual([]);
    expect(await bench.lane(dossierId)).toMatchObject({ state: 'open', dueAt: null });
  });

  it('leaves a lane alone while somebody changes it, and takes the new head afterwards', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [2]);
    await bench.db.run(async (tx) => {
      await lockDossiers(tx, [dossierId]);
      await enqueueDeliveries(tx, [newDelivery('dvclt', dossierId, 1)], { ids: bench.ids, now: clock.now() });
      expect(await claim()).toEqual([]);
    });
    expect(await claim()).toHaveLength(1);
    expect(await bench.statuses(dossierId)).toEqual(['in-flight', 'queued']);
  });
});
