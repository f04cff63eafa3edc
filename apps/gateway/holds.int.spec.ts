import { enqueueDeliveries } from '#delivery';
import { storeDelivery } from '../../test/support/stored-delivery';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

describe('holds at the API', () => {
  let gateway: TestGateway;
  let keys = 0;
  beforeAll(async () => void (gateway = await testGateway()), 60_000);
  afterAll(() => gateway.stop());
  afterEach(() => gateway.parts.db.execute('delete from hold'));

  const call = async (method: 'GET' | 'POST', path: string, payload?: object, as = 'operator') =>
    gateway.app.inject({
      method,
      url: `/api/v1${path}`,
      headers: {
        authorization: `Bearer ${await gateway.token(as)}`,
        ...(method === 'POST' ? { 'idempotency-key': `h-${(keys += 1)}` } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const place = (body: object = {}, partner = 'hotich', as?: string) =>
    call('POST', `/partners/${partner}/holds`, { reason: 'no answer since 09:10', ...body }, as);

  it('places a hold, and says since when, why, by whom and how much waits', async () => {
    const placed = await place({ operation: 'submit-registration', unit: '00123', releasePerSecond: 5 });
    expect(placed.statusCode).toBe(201);
    const view = placed.json<{ id: string }>();
    expect(view).toMatchObject({
      partner: 'hotich',
      operation: 'submit-registration',
      unit: '00123',
      dossierId: null,
      state: 'in-force',
      endsAt: null,
      reason: 'no answer since 09:10',
      placedBy: 'operator',
      releasePerSecond: 5,
      deliveries: 0,
      lanes: 0,
      oldestAt: null,
      drainSeconds: 0,
    });
    expect((await call('GET', `/holds/${view.id}`, undefined, 'auditor')).json()).toEqual(view);
    expect((await call('GET', '/partners/hotich/holds', undefined, 'manager')).json()).toEqual({
      items: [view],
      next: null,
    });
  });

  it('shows a partner as held by a hold of the whole of it, from its hour on', async () => {
    const isHeld = async () =>
      (await call('GET', '/partners'))
        .json<{ items: { id: string; held: boolean }[] }>()
        .items.find(({ id }) => id === 'hotich')!.held;
    await place({ unit: '00123' });
    expect(await isHeld()).toBe(false);
    const planned = await place({ startsAt: '2098-01-01T00:00:00+07:00', endsAt: '2099-01-01T00:00:00+07:00' });
    expect(planned.json()).toMatchObject({ state: 'planned' });
    expect(await isHeld()).toBe(false);
    await place({ endsAt: '2099-01-01T00:00:00+07:00' });
    expect(await isHeld()).toBe(true);
  });

  it('releases it at a rate, and calls off a window that has not begun', async () => {
    const { id } = (await place()).json<{ id: string }>();
    const released = await call('POST', `/holds/${id}/release`, { ratePerSecond: 2 });
    expect(released.statusCode).toBe(200);
    expect(released.json()).toMatchObject({ state: 'canary', releasedBy: 'operator', releasePerSecond: 2 });
    const faster = await call('POST', `/holds/${id}/release`, { ratePerSecond: null, canary: false });
    expect(faster.json()).toMatchObject({ state: 'draining', releasePerSecond: null, drainSeconds: null });
    const planned = (await place({ startsAt: '2098-01-01T00:00:00+07:00' })).json<{ id: string }>();
    expect((await call('POST', `/holds/${planned.id}/release`, {})).json()).toMatchObject({ state: 'over' });
    const again = await call('POST', `/holds/${planned.id}/release`, {});
    expect([again.statusCode, again.json()]).toMatchObject([409, { code: 'hold-not-in-force', state: 'over' }]);
    expect((await call('GET', '/partners/hotich/holds')).json()).toMatchObject({ items: [{ id }] });
    expect((await call('GET', '/partners/hotich/holds?all=true')).json()).toMatchObject({
      items: [{ id: planned.id }, { id }],
    });
  });

  it('forecasts the drain by deliveries: those of one dossier go one by one too', async () => {
    const { parts } = gateway;
    const lane = { partner: 'dvclt', operation: 'push-status', unit: '99001' } as const;
    await parts.db.run(async (tx) => {
      const dossierId = await storeDelivery(tx, { ...lane, number: 1 }, parts);
      const further = [2, 3, 4].map((causedSeq) => ({
        ...lane,
        dossierId,
        procedure: 'birth-group',
        causedSeq,
        step: 0,
        facts: { status: causedSeq, factAt: '2026-03-02T09:00:00+07:00' },
      }));
      await enqueueDeliveries(tx, further, { ids: parts.ids, now: parts.clock.now() });
    });
    const placed = await place({ releasePerSecond: 2 }, 'dvclt');
    expect(placed.json()).toMatchObject({ deliveries: 4, lanes: 1, drainSeconds: 2 });
  });

  it.each([
    ['a reason that is missing', { reason: undefined }, 400, 'reason'],
    ['a time without offset', { startsAt: '2026-12-01T08:00:00' }, 400, 'startsAt'],
    ['a window in the past', { endsAt: '2020-01-01T00:00:00+07:00' }, 422, 'endsAt'],
    ['a unit that is none', { unit: '123' }, 400, 'unit'],
    ['a rate of nothing', { releasePerSecond: 0 }, 400, 'releasePerSecond'],
    ['a dossier that nobody has', { dossier: 'G22.99.08-260309-999999' }, 404, 'code'],
  ])('refuses %s, naming the field', async (_name, body, status, field) => {
    const answer = await place(body);
    expect([answer.statusCode, answer.json<{ field: string }>().field]).toEqual([status, field]);
  });

  it('refuses others than operators, and partners and holds that are not there', async () => {
    for (const role of ['integrator', 'approver', 'auditor', 'manager', 'administrator'])
      expect((await place({}, 'hotich', role)).statusCode).toBe(403);
    expect((await place({}, 'nobody')).json()).toMatchObject({ code: 'partner-unknown', status: 404 });
    const unknown = await call('POST', '/holds/01a21437-264f-72ea-8fcc-260803daab38/release', {});
    expect([unknown.statusCode, unknown.json()]).toMatchObject([404, { code: 'hold-unknown' }]);
  });
});
