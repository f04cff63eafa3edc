import { findClient, RequestQuota } from '#access';
import { codeOf } from '#platform';
import { fixedClock } from '#testing';
import { secretOf, testGateway, type TestGateway } from '../../test/support/test-gateway';

/** Each path with ids that nobody has. */
const urlOf = (path: string): string =>
  path
    .replace(/:code/, 'G22.99.08-260302-000000')
    .replace(/:index/, '0')
    .replace(/:\w+/g, '00000000-0000-7000-8000-000000000000')
    .replace('*', '0/000');

describe('what a client is limited to', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway({ clock })), 60_000);
  afterAll(() => gateway.stop());

  const ask = async (id: string, method: string, url: string, remoteAddress = '203.0.113.7') =>
    gateway.app.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${await gateway.token(id)}`, 'idempotency-key': 'k' },
      remoteAddress,
    });
  const closedRoutes = () => gateway.routes.filter(({ access }) => access !== 'public');

  it('holds on every route that asks who it is: operations', async () => {
    const roles = ['integrator', 'operator', 'approver', 'auditor', 'manager', 'administrator'] as const;
    await gateway.addClient({ id: 'no-operation', roles: [...roles], operations: ['nothing.here'] });
    const open = [];
    for (const { method, path } of closedRoutes()) {
      const answer = await ask('no-operation', method, urlOf(path));
      if (answer.statusCode !== 403 || answer.json<{ code: string }>().code !== 'operation-not-allowed')
        open.push(`${method} ${path} ${answer.statusCode}`);
    }
    expect(open).toEqual([]);
    expect(closedRoutes().length).toBeGreaterThan(60);
  });

  it('holds on every route that asks who it is: source addresses', async () => {
    const roles = ['integrator', 'operator', 'approver', 'auditor', 'manager', 'administrator'] as const;
    await gateway.addClient({ id: 'one-address', roles: [...roles], addresses: ['127.0.0.1', '2001:db8::/64'] });
    const open = [];
    for (const { method, path } of closedRoutes()) {
      const answer = await ask('one-address', method, urlOf(path));
      if (answer.statusCode !== 403 || answer.json<{ code: string }>().code !== 'address-not-allowed')
        open.push(`${method} ${path} ${answer.statusCode}`);
    }
    expect(open).toEqual([]);
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '2001:db8::7'])
      expect((await ask('one-address', 'GET', '/api/v1/feed', address)).statusCode).toBe(200);
  });

  it('lets through the operations of its list and no other, whatever its roles', async () => {
    await gateway.addClient({ id: 'two-operations', roles: ['operator'], operations: ['dossier.list', 'feed.read'] });
    const allowed = [];
    for (const { method, path, operation } of closedRoutes())
      if ((await ask('two-operations', method, urlOf(path))).statusCode !== 403) allowed.push(operation);
    expect(allowed.sort()).toEqual(['dossier.list', 'feed.read']);
  });

  describe('quotas', () => {
    const feed = (id: string) => ask(id, 'GET', '/api/v1/feed');
    const many = async (id: string, count: number): Promise<number[]> => {
      const statuses = [];
      for (let n = 0; n < count; n += 1) statuses.push((await feed(id)).statusCode);
      return statuses;
    };
    const setQuota = async (id: string, quota: object) =>
      gateway.app.inject({
        method: 'POST',
        url: `/api/v1/clients/${id}/quota`,
        payload: quota,
        headers: {
          authorization: `Bearer ${await gateway.token('administrator')}`,
          'idempotency-key': JSON.stringify([id, quota]),
        },
      });

    it('count requests and log-ins of a minute, say when to come back, and begin anew', async () => {
      await gateway.addClient({ id: 'q-minute', roles: ['integrator'], quota: { perMinute: 4, perDay: null } });
      clock.set('2026-03-02T02:00:10Z');
      expect(await many('q-minute', 4)).toEqual([200, 200, 200, 429]);
      const refused = await feed('q-minute');
      expect(refused.json()).toMatchObject({ status: 429, code: 'quota-exceeded' });
      expect(refused.headers['retry-after']).toBe('50');
      const logIn = await gateway.app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `grant_type=client_credentials&client_id=q-minute&client_secret=${secretOf('q-minute')}`,
      });
      expect(logIn.statusCode).toBe(429);
      clock.set('2026-03-02T02:01:00Z');
      expect(await many('q-minute', 5)).toEqual([200, 200, 200, 200, 429]);
      expect((await feed('integrator')).statusCode).toBe(200);
    });

    it('count the day of Vietnam', async () => {
      await gateway.addClient({ id: 'q-day', roles: ['integrator'], quota: { perMinute: null, perDay: 3 } });
      clock.set('2026-03-02T16:58:00Z');
      expect(await many('q-day', 3)).toEqual([200, 200, 429]);
      clock.set('2026-03-02T16:59:30Z');
      const refused = await feed('q-day');
      expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '30']);
      clock.set('2026-03-02T17:00:00Z');
      expect((await feed('q-day')).statusCode).toBe(200);
    });

    it('lock nobody out after a clock that was wrong', async () => {
      await gateway.addClient({ id: 'q-clock', roles: ['integrator'], quota: { perMinute: 3, perDay: 3 } });
      const client = (await findClient(gateway.parts.db, 'q-clock'))!;
      const quotas = [new RequestQuota(gateway.parts), new RequestQuota(gateway.parts)];
      const takeAll = async (quota: RequestQuota): Promise<string[]> => {
        const taken = [1, 2, 3, 4].map(() => quota.take(client).then(() => 'through', codeOf));
        return (await Promise.all(taken)).sort();
      };
      const all = ['quota-exceeded', 'through', 'through', 'through'];
      clock.set('2027-03-02T02:00:00Z');
      expect(await takeAll(quotas[0])).toEqual(all);
      clock.set('2026-03-02T02:00:00Z');
      expect(await takeAll(quotas[1])).toEqual(all);
      clock.set('2026-03-03T02:00:00Z');
      expect(await takeAll(quotas[0])).toEqual(all);
    });

    it('hold for all gateways together, also for what comes at once', async () => {
      await gateway.addClient({ id: 'q-two', roles: ['integrator'], quota: { perMinute: 200, perDay: null } });
      const client = (await findClient(gateway.parts.db, 'q-two'))!;
      const gateways = [new RequestQuota(gateway.parts), new RequestQuota(gateway.parts)];
      const asked = Array.from({ length: 300 }, (_, n) => gateways[n % 2].take(client));
      const outcomes = await Promise.allSettled(asked);
      const [through, rest] = ['fulfilled', 'rejected'].map((kind) => outcomes.filter(({ status }) => status === kind));
      expect(through.length).toBe(200);
      const codes = rest.map((one) => codeOf((one as PromiseRejectedResult).reason));
      expect(codes).toEqual(Array(100).fill('quota-exceeded'));
    });

    it('are for machines: no administrator shuts out another, or who approves', async () => {
      await gateway.addClient({ id: 'q-approver', kind: 'machine', roles: ['approver'] });
      const limit = { perMinute: 1, perDay: 1 };
      expect((await setQuota('operator', limit)).json()).toMatchObject({ status: 409, code: 'client-is-person' });
      expect((await setQuota('q-approver', limit)).json()).toMatchObject({
        status: 409,
        code: 'client-has-role-of-people',
      });
    });

    it('change within seconds, and leave an entry in the sync log', async () => {
      await gateway.addClient({ id: 'q-change', kind: 'machine', roles: ['integrator'] });
      expect(await many('q-change', 3)).toEqual([200, 200, 200]);
      expect((await setQuota('q-change', { perMinute: 1, perDay: null })).json()).toEqual({
        clientId: 'q-change',
        quota: { perMinute: 1, perDay: null },
      });
      clock.advance(3_000);
      expect(await many('q-change', 2)).toEqual([200, 429]);
      await setQuota('q-change', { perMinute: null, perDay: null });
      clock.advance(3_000);
      expect(await many('q-change', 3)).toEqual([200, 200, 200]);
      expect((await setQuota('nobody-at-all', { perMinute: 1, perDay: 1 })).json()).toMatchObject({ status: 404 });
      expect((await setQuota('q-change', { perMinute: 0, perDay: 1 })).json()).toMatchObject({
        status: 400,
        field: 'perMinute',
      });
      const rows = await gateway.parts.db.query<{ entry: string }>(
        `select convert_from(bytes, 'UTF8') as entry from synclog_entry where kind = 'client.changed'`,
      );
      expect(rows.map(({ entry }) => JSON.parse(entry) as object)).toMatchObject([
        {
          actor: { id: 'administrator', addressDigest: expect.any(String) as string },
          operation: 'client.limit',
          detail: { clientId: 'q-change', perMinute: 1, perDay: 'none' },
        },
        { operation: 'client.limit' },
      ]);
    });
  });
});
