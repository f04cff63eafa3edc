import { createSyncLog } from '#synclog';
import { fixedClock } from '#testing';
import { readHold } from '../adapters/hold-store';
import type { Hold } from '../domain/hold';
import { DeliveryBench } from '../testing/delivery-bench';
import { claimFromHolds } from './claim-from-holds';
import { claimLanes, LaneClaims } from './claim-lanes';
import { placeHold, type HoldDeps, type HoldRequest } from './place-hold';
import { releaseHold, type ReleaseRequest } from './release-hold';

const clock = fixedClock();
const OPERATOR = { id: 'operator', type: 'person' } as const;

describe('holds', () => {
  let bench: DeliveryBench;
  let deps: HoldDeps;
  let keys = 0;
  beforeAll(async () => {
    bench = await DeliveryBench.open(clock);
    deps = { db: bench.db, clock, ids: bench.ids, syncLog: createSyncLog(bench) };
  });
  afterAll(() => bench.close());
  afterEach(() => bench.clear());

  const by = (key = `key-${(keys += 1)}`) => ({ actor: OPERATOR, idempotencyKey: key });
  const place = (more: Partial<HoldRequest> = {}, key?: string): Promise<Hold> =>
    placeHold({ partner: 'dvclt', reason: 'no answer since 09:10', ...more }, by(key), deps);
  const release = (holdId: string, more: Partial<ReleaseRequest> = {}): Promise<Hold> =>
    releaseHold({ holdId, ...more }, by(), deps);
  const options = (maxLanes = 100) =>
    ({ partner: 'dvclt', workerId: 'worker-a', maxLanes, deadlineMs: 10_000, now: clock.now() }) as const;
  const claimFree = () => claimLanes(bench.db, options());
  const claimDrained = (maxLanes?: number) => claimFromHolds(bench.db, options(maxLanes), deps);
  const stateOf = async (id: string): Promise<string> => (await readHold(bench.db, id))!.state;
  const settle = (deliveryId: string, status = 'settled', outcome = 'accepted') =>
    bench.db.execute(
      `with d as (update delivery set status = $2, outcome = $3, due_at = case when $2 = 'waiting' then $4::timestamptz end where id = $1 returning dossier_id)
       update lane set lease_owner = null from d where lane.dossier_id = d.dossier_id`,
      [deliveryId, status, outcome, new Date(clock.now().getTime() + 60_000)],
    );
  async function held(count: number, more: Partial<HoldRequest> = {}): Promise<{ hold: Hold; dossiers: string[] }> {
    const dossiers = await bench.newDossiers(count);
    for (const dossierId of dossiers) {
      await bench.enqueue(dossierId, [1]);
      clock.advance(10);
    }
    return { hold: await place(more), dossiers };
  }
  const eventsOf = async (hold: Hold): Promise<string[]> =>
    (
      await bench.db.query<{ type: string }>(`select type from event_outbox where data->>'holdId' = $1 order by id`, [
        hold.id,
      ])
    ).map(({ type }) => type.split('.')[3]);

  it('stop what is in their scope and tell everybody; the same request twice is one hold', async () => {
    const { dossiers } = await held(2, { dossierId: undefined });
    expect(await claimFree()).toEqual([]);
    await bench.clear();
    const [stopped, free] = dossiers;
    for (const dossierId of dossiers) await bench.enqueue(dossierId, [1]);
    const hold = await place({ dossierId: stopped }, 'same');
    expect(await place({ dossierId: stopped }, 'same')).toEqual(hold);
    expect((await claimFree()).map((one) => one.dossierId)).toEqual([free]);
    expect(await eventsOf(hold)).toEqual(['placed']);
    const entries = await bench.db.query<{ kind: string }>(
      `select kind from synclog_entry where convert_from(bytes, 'UTF8') like '%' || $1 || '%'`,
      [hold.id],
    );
    expect(entries.map(({ kind }) => kind)).toEqual(['hold.placed']);
  });

  it.each([
    ['a window that has ended', { endsAt: new Date(clock.now().getTime() - 1) }, 'hold-window-invalid', 'endsAt'],
    [
      'a window that ends before it begins',
      { startsAt: new Date(clock.now().getTime() + 2_000), endsAt: new Date(clock.now().getTime() + 1_000) },
      'hold-window-invalid',
      'endsAt',
    ],
    [
      'a number as long as an identity paper in the reason',
      { reason: 'asked 0999 000 001' },
      'hold-reason-personal',
      'reason',
    ],
  ])('refuse %s', async (_name, more, code, field) => {
    await expect(place(more)).rejects.toMatchObject({ code, field });
  });

  it('let one lane go first, and the others in their order at the rate once it got through', async () => {
    const { hold, dossiers } = await held(8);
    await release(hold.id, { ratePerSecond: 2 });
    const [canary, ...none] = await claimDrained();
    expect([canary.dossierId, none]).toEqual([dossiers[0], []]);
    clock.advance(5_000);
    expect(await claimDrained()).toEqual([]);
    expect(await claimFree()).toEqual([]);
    await settle(canary.deliveryId);
    expect(await claimDrained()).toEqual([]);
    clock.advance(1_000);
    expect((await claimDrained()).map((one) => one.dossierId)).toEqual(dossiers.slice(1, 3));
    expect(await claimDrained()).toEqual([]);
    clock.advance(60_000);
    expect((await claimDrained()).map((one) => one.dossierId)).toEqual(dossiers.slice(3, 5));
    expect(await claimDrained()).toEqual([]);
    clock.advance(1_000);
    expect(await claimDrained()).toHaveLength(2);
    clock.advance(1_000);
    expect(await claimDrained(2)).toHaveLength(1);
    expect(await stateOf(hold.id)).toBe('over');
    expect(await eventsOf(hold)).toEqual(['placed', 'released', 'ended']);
  });

  it('are in force again when the canary does not get through, and say so', async () => {
    const { hold } = await held(3);
    await release(hold.id);
    const [canary] = await claimDrained();
    await settle(canary.deliveryId, 'waiting', 'retry');
    expect(await claimDrained()).toEqual([]);
    expect(await stateOf(hold.id)).toBe('in-force');
    expect([await claimFree(), await claimDrained()]).toEqual([[], []]);
    expect(await eventsOf(hold)).toEqual(['placed', 'released', 'reinstated']);
    await release(hold.id, { canary: false });
    expect(await claimDrained()).toHaveLength(2);
  });

  it('wait for the answer of a canary whose outcome is being asked for', async () => {
    const { hold } = await held(2);
    await release(hold.id);
    const [canary] = await claimDrained();
    await bench.db.execute(`update delivery set status = 'unknown' where id = $1`, [canary.deliveryId]);
    expect(await claimDrained()).toEqual([]);
    expect(await stateOf(hold.id)).toBe('canary');
  });

  it('begin at the hour of a planned window and are released at its end, by the calendar', async () => {
    const dossierId = await bench.newDossier();
    const startsAt = new Date(clock.now().getTime() + 60_000);
    const hold = await place({ startsAt, endsAt: new Date(startsAt.getTime() + 60_000) });
    await bench.enqueue(dossierId, [1]);
    const [before] = await claimFree();
    expect(before.dossierId).toBe(dossierId);
    await settle(before.deliveryId);
    clock.advance(60_000);
    await bench.enqueue(dossierId, [2]);
    expect([await claimFree(), await claimDrained()]).toEqual([[], []]);
    clock.advance(60_000);
    // Until somebody has begun its drain it still holds: no storm at the end of a window.
    expect(await claimFree()).toEqual([]);
    expect(await claimDrained()).toMatchObject([{ dossierId }]);
    expect(await readHold(bench.db, hold.id)).toMatchObject({ state: 'canary', releasedBy: 'calendar' });
  });

  it('are over at once where nothing waits, and cannot be released twice', async () => {
    const hold = await place();
    await release(hold.id);
    expect(await claimDrained()).toEqual([]);
    expect(await stateOf(hold.id)).toBe('over');
    await expect(release(hold.id)).rejects.toMatchObject({ code: 'hold-not-in-force', extra: { state: 'over' } });
    await expect(release(bench.ids.next())).rejects.toMatchObject({ code: 'hold-unknown' });
  });

  it('do not let go what another hold stops, nor wait for it', async () => {
    const { hold, dossiers } = await held(2);
    await place({ dossierId: dossiers[0] });
    await release(hold.id, { canary: false });
    expect((await claimDrained()).map((one) => one.dossierId)).toEqual([dossiers[1]]);
    expect(await stateOf(hold.id)).toBe('over');
  });

  it('of an operation drain what stands behind it lane by lane', async () => {
    const dossierId = await bench.newDossier();
    await bench.enqueue(dossierId, [1], { operation: 'acknowledge-receipt' });
    await bench.enqueue(dossierId, [2]);
    const hold = await place({ operation: 'acknowledge-receipt' });
    expect(await claimFree()).toEqual([]);
    await release(hold.id, { canary: false });
    const [head] = await claimDrained();
    expect(head.operation).toBe('acknowledge-receipt');
  });

  it('let two workers together take no more than the rate', async () => {
    const { hold } = await held(20);
    await release(hold.id, { ratePerSecond: 4, canary: false });
    clock.advance(1_000);
    const taken = await Promise.all([claimDrained(), claimDrained(), claimDrained()]);
    expect(taken.flat()).toHaveLength(4);
  });

  it('of an operation leave the other lanes alone, however many lanes it stops', async () => {
    const dossiers = await bench.newDossiers(2_400);
    await Promise.all(dossiers.map((dossierId) => bench.enqueue(dossierId, [1])));
    const [free, ...stopped] = dossiers;
    // Later than all that are stopped.
    clock.advance(1_000);
    await bench.db.execute(`update lane set due_at = $2 where dossier_id = $1`, [free, clock.now()]);
    await bench.db.execute(`update delivery set due_at = $2, operation = 'acknowledge-receipt' where dossier_id = $1`, [
      free,
      clock.now(),
    ]);
    await place({ operation: 'push-status' });
    const claims = new LaneClaims();
    const found = [await claims.claim(bench.db, options(16)), await claims.claim(bench.db, options(16))];
    expect(found.map((one) => one.map((claim) => claim.dossierId))).toEqual([[], [free]]);
    // After the last page it begins anew: what became due among the first is found.
    await bench.db.execute(`update delivery set operation = 'acknowledge-receipt' where dossier_id = $1`, [stopped[0]]);
    expect((await claims.claim(bench.db, options(16))).map((claim) => claim.dossierId)).toEqual([stopped[0]]);
  }, 120_000);
});
