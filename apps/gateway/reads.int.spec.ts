import { createDossiers, type Command } from '#dossier';
import { readEventLog, sequenceBatch } from '#bus';
import { fixedClock, until } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

type Receive = Extract<Command, { kind: 'receive' }>;

const SYSTEM = { id: 'intake', type: 'system' } as const;
const REF = '00000000-0000-7000-8000-00000000000a';

describe('what the API shows', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  const ids: string[] = [];

  beforeAll(async () => {
    gateway = await testGateway({ clock });
    for (let n = 0; n < 5; n += 1) ids.push(await receive(n));
    await sequenceBatch(gateway.parts.db, 1_000);
    await gateway.addClient({ id: 'commune-client', roles: ['integrator'], units: ['99002'] });
  }, 60_000);
  afterAll(() => gateway.stop());

  async function receive(n: number): Promise<string> {
    const { db, ids: make, procedures } = gateway.parts;
    const dossierId = make.next();
    const command: Receive = {
      kind: 'receive',
      module: 'KS',
      procedureCode: '2.000986',
      unit: n % 2 === 0 ? '99001' : '99002',
      receivedAt: clock.now().toISOString(),
      source: 'dvclt',
      dvcltCode: `G22.99.08-260302-00000${n}`,
      contentRef: REF,
      contentDigest: `digest-${n}`,
    };
    const [result] = await db.run((tx) =>
      createDossiers(tx, [{ dossierId, command, actor: SYSTEM }], { procedures, clock, ids: make }),
    );
    expect(result.conflict).toBeUndefined();
    return dossierId;
  }

  const get = async (url: string, clientId = 'operator') =>
    gateway.app.inject({ url, headers: { authorization: `Bearer ${await gateway.token(clientId)}` } });
  const codeOf = (n: number): string => encodeURIComponent(`G22.99.08-260302-00000${n}`);

  it('shows a dossier in the form of the contract', async () => {
    const answer = await get(`/api/v1/dossiers/${codeOf(1)}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      id: ids[1],
      procedure: 'birth-group',
      codes: { dvclt: 'G22.99.08-260302-000001', oneStop: null, registry: [] },
      unit: '99002',
      state: 'received',
      attention: false,
      statuses: { oneStop: null, dvclt: null, registry: null, portal: null },
      legs: expect.arrayContaining([
        expect.objectContaining({ leg: expect.any(String), authority: expect.any(String), state: expect.any(String) }),
      ]),
      pendingDeliveries: 1,
      allowedDecisions: [],
      version: 1,
      receivedAt: '2026-03-02T09:00:00.000+07:00',
      updatedAt: '2026-03-02T09:00:00.000+07:00',
    });
  });

  it('counts unsettled deliveries and unrouted events as pending, a dead letter too', async () => {
    const { db } = gateway.parts;
    await db.execute(`insert into lane (partner, dossier_id) values ('dvclt', $1)`, [ids[0]]);
    const statuses = ['queued', 'in-flight', 'waiting', 'unknown', 'dead', 'settled', 'cancelled'];
    for (const [step, status] of statuses.entries()) {
      await db.execute(
        `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, step, status, due_at, facts, created_at)
         values ($1, 'dvclt', $2, 'push-status', '99001', 'birth-group', 1, $3, $4, $5, '{}', $5)`,
        [gateway.parts.ids.next(), ids[0], step, status, clock.now()],
      );
    }
    await db.execute('update dossier set routed_seq = version where id = $1', [ids[0]]);
    expect((await get(`/api/v1/dossiers/${codeOf(0)}`)).json()).toMatchObject({ pendingDeliveries: 5 });
    expect((await get('/api/v1/dead-letters')).json<{ items: object[] }>().items).toMatchObject([
      { status: 'dead', dvcltCode: 'G22.99.08-260302-000000', operation: 'push-status' },
    ]);
    const partners = (await get('/api/v1/partners')).json<{ items: object[] }>().items;
    expect(partners).toContainEqual(
      expect.objectContaining({ id: 'dvclt', open: 5, parkedLanes: 1, oldestOpenAgeSeconds: 0, held: false }),
    );
    expect(partners).toContainEqual(
      expect.objectContaining({ id: 'hotich', open: 0, parkedLanes: 0, oldestOpenAt: null }),
    );
  });

  it('measures what waits by partner and status', async () => {
    const { body } = await gateway.app.inject('/metrics');
    expect(body).toContain('lienthong_deliveries_open{partner="dvclt",status="queued"} 1');
    expect(body).toContain('lienthong_deliveries_oldest_seconds{partner="hotich"} 0');
    expect(body).toContain('lienthong_dossiers_attention 0');
  });

  it('shows a delivery with its attempts', async () => {
    const { db } = gateway.parts;
    const [{ id }] = await db.query<{ id: string }>(`select id from delivery where status = 'unknown'`);
    await db.execute(
      `insert into attempt (id, delivery_id, number, kind, worker, fence, started_at, ended_at, outcome, wire, http_status, reason_code)
       values ($1, $2, 1, 'call', 'w1', 1, $3, $3::timestamptz + interval '1500 ms', 'unknown', 'written', 502, 'http.5xx')`,
      [gateway.parts.ids.next(), id, clock.now()],
    );
    const detail = (await get(`/api/v1/deliveries/${id}`)).json<object>();
    expect(detail).toMatchObject({
      id,
      status: 'unknown',
      attemptList: [
        {
          number: 1,
          kind: 'call',
          durationMs: 1500,
          httpStatus: 502,
          wire: 'written',
          reasonCode: 'http.5xx',
          late: false,
        },
      ],
    });
    expect((await get('/api/v1/deliveries/00000000-0000-7000-8000-000000000000')).json()).toMatchObject({
      status: 404,
      code: 'delivery-unknown',
    });
    expect(
      (await get(`/api/v1/deliveries?dossier=${codeOf(0)}&status=queued`)).json<{ items: object[] }>().items,
    ).toHaveLength(1);
  });

  it('finds a dossier by any of its codes, also by one with a slash', async () => {
    await gateway.parts.db.execute(`insert into dossier_code values ('registry', '12/2026', $1)`, [ids[2]]);
    expect((await get(`/api/v1/dossiers/${encodeURIComponent('12/2026')}`)).json()).toMatchObject({ id: ids[2] });
    expect((await get(`/api/v1/dossiers/${ids[2]}`)).json()).toMatchObject({ id: ids[2] });
  });

  it.each(['G22.99.08-260302-999999', 'x', "';drop table dossier;--", '%00', 'a'.repeat(101)])(
    'knows no dossier %s',
    async (code) => {
      expect((await get(`/api/v1/dossiers/${code === '%00' ? code : encodeURIComponent(code)}`)).json()).toMatchObject({
        status: 404,
        code: 'dossier-unknown',
      });
    },
  );

  it('pages through all dossiers once, newest first', async () => {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: { items: { id: string }[]; next: string | null } = (
        await get(`/api/v1/dossiers?limit=2${next ? `&after=${next}` : ''}`)
      ).json();
      seen.push(...page.items.map((item) => item.id));
      next = page.next;
    }
    expect(seen).toEqual([...ids].reverse());
  });

  it('filters by state, procedure, unit, attention and time of change', async () => {
    const count = async (query: string): Promise<number> =>
      (await get(`/api/v1/dossiers?${query}`)).json<{ items: object[] }>().items.length;
    expect(await count('state=received&procedure=birth-group')).toBe(5);
    expect(await count('state=finished')).toBe(0);
    expect(await count('unit=99002')).toBe(2);
    expect(await count('attention=true')).toBe(0);
    expect(await count('attention=false')).toBe(5);
    expect(await count(`since=${encodeURIComponent('2026-03-02T09:00:00+07:00')}`)).toBe(5);
    expect(await count(`since=${encodeURIComponent('2026-03-02T09:00:01+07:00')}`)).toBe(0);
  });

  it('shows a client with communes only their dossiers, in list, page, timeline and feed', async () => {
    const list = (await get('/api/v1/dossiers', 'commune-client')).json<{ items: { unit: string }[] }>().items;
    expect(list.map((item) => item.unit)).toEqual(['99002', '99002']);
    expect((await get(`/api/v1/dossiers/${codeOf(0)}`, 'commune-client')).json()).toMatchObject({
      status: 404,
      code: 'dossier-unknown',
    });
    expect((await get(`/api/v1/dossiers/${codeOf(0)}/timeline`, 'commune-client')).statusCode).toBe(404);
    expect((await get(`/api/v1/dossiers/${codeOf(1)}`, 'commune-client')).statusCode).toBe(200);
    const feed = (await get('/api/v1/feed', 'commune-client')).json<{ items: { dossierId: string }[] }>().items;
    expect(new Set(feed.map((item) => item.dossierId))).toEqual(new Set([ids[1], ids[3]]));
  });

  it('tells a dossier’s journal', async () => {
    const timeline = (await get(`/api/v1/dossiers/${codeOf(1)}/timeline`)).json<{ items: object[]; next: null }>();
    expect(timeline.next).toBeNull();
    expect(timeline.items).toEqual([
      {
        sequence: 1,
        type: 'vn.lienthong.dossier.received.v1',
        at: '2026-03-02T09:00:00.000+07:00',
        actor: SYSTEM,
        data: expect.objectContaining({ dvcltCode: 'G22.99.08-260302-000001' }),
      },
    ]);
  });

  it('gives the feed in order without a gap, by position', async () => {
    const first = (await get('/api/v1/feed?limit=3')).json<{ items: { position: number }[]; next: number }>();
    expect(first.items.map((item) => item.position)).toEqual([1, 2, 3]);
    expect(first.next).toBe(3);
    const rest = (await get(`/api/v1/feed?after=${first.next}`)).json<{
      items: { position: number }[];
      next: number;
    }>();
    expect(rest.items.map((item) => item.position)).toEqual([4, 5]);
    expect((await get('/api/v1/feed?after=5')).json()).toEqual({ items: [], next: 5 });
    expect(Object.keys(first.items[0]).sort()).toEqual(['at', 'codes', 'data', 'dossierId', 'position', 'type']);
  });

  it('holds a long poll until an event comes, and lets it go when the gateway rings', async () => {
    const { db, doorbell } = gateway.parts;
    const last = (await readEventLog(db, 0, 100)).at(-1)?.position ?? 0;
    const waiting = get(`/api/v1/feed?after=${last}&waitSeconds=20`);
    await receive(7);
    await sequenceBatch(db, 100);
    doorbell.ring('event-log');
    expect((await waiting).json()).toMatchObject({ items: [{ position: last + 1 }], next: last + 1 });
  });

  it('shows progress by commune and day out of the read model', async () => {
    const { db } = gateway.parts;
    for (const [n, id] of ids.entries()) {
      await db.execute(`insert into dossier_progress values ($1, $2, '2026-03-02', 'birth-group', $3, 1)`, [
        id,
        n % 2 === 0 ? '99001' : '99002',
        n === 0 ? 'finished' : 'received',
      ]);
    }
    const { items } = (await get('/api/v1/progress?from=2026-03-01&to=2026-03-02', 'manager')).json<{
      items: object[];
    }>();
    expect(items).toEqual([
      {
        unit: '99001',
        day: '2026-03-02',
        received: 3,
        byState: { finished: 1, received: 2 },
        byProcedure: { 'birth-group': 3 },
      },
      { unit: '99002', day: '2026-03-02', received: 2, byState: { received: 2 }, byProcedure: { 'birth-group': 2 } },
    ]);
    const page = (await get('/api/v1/progress?limit=1', 'manager')).json<{ next: string }>();
    expect(
      (await get(`/api/v1/progress?limit=1&after=${encodeURIComponent(page.next)}`, 'manager')).json(),
    ).toMatchObject({ items: [{ unit: '99002' }], next: null });
  });

  it('creates a client once per key when a second administrator confirms, and shows its secret again to the same request', async () => {
    const create = async (key: string, payload: object) =>
      gateway.app.inject({
        method: 'POST',
        url: '/api/v1/clients',
        payload,
        headers: { authorization: `Bearer ${await gateway.token('administrator')}`, 'idempotency-key': key },
      });
    const draft = { id: 'xa-99003', kind: 'machine', roles: ['integrator'], units: ['99003'] };
    const first = await create('key-1', draft);
    expect(first.statusCode).toBe(202);
    expect((await create('key-1', draft)).json()).toEqual(first.json());
    expect((await create('key-1', { ...draft, roles: ['auditor'] })).json()).toMatchObject({
      status: 409,
      code: 'idempotency-conflict',
    });
    expect((await create('key-2', draft)).json()).toMatchObject({ status: 409, code: 'access-change-open' });
    const { clientSecret, requestId } = first.json<{ clientSecret: string; requestId: string }>();
    const logIn = () =>
      gateway.app.inject({
        method: 'POST',
        url: '/oauth/token',
        headers: {
          authorization: `Basic ${Buffer.from(`xa-99003:${clientSecret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: 'grant_type=client_credentials',
      });
    expect((await logIn()).statusCode).toBe(401);
    await gateway.addClient({ id: 'administrator2', roles: ['administrator'] });
    const confirmed = await gateway.app.inject({
      method: 'POST',
      url: `/api/v1/access-changes/${requestId}/confirm`,
      headers: { authorization: `Bearer ${await gateway.token('administrator2')}`, 'idempotency-key': 'key-3' },
    });
    expect(confirmed.statusCode).toBe(200);
    expect((await logIn()).statusCode).toBe(200);
    expect((await create('key-4', draft)).json()).toMatchObject({ status: 409, code: 'client-exists', field: 'id' });
    const stored = await gateway.parts.db.query(
      `select response from idempotency union all select to_jsonb(secret_hash) from client_secret`,
    );
    expect(JSON.stringify(stored)).not.toContain(clientSecret);
    expect((await get('/api/v1/clients?limit=200', 'administrator')).body).not.toMatch(/secret|scrypt/i);
  });

  it('is ready while the database answers, and says how old the oldest unnumbered event is', async () => {
    await receive(8);
    clock.advance(31_000);
    const ready = await gateway.app.inject('/health/ready');
    expect(ready.statusCode).toBe(200);
    expect(ready.json()).toMatchObject({
      status: 'ok',
      checks: expect.arrayContaining([{ name: 'sequencer-age-seconds', ok: false, value: 31 }]),
    });
    await sequenceBatch(gateway.parts.db, 100);
    await until(
      async () =>
        (await gateway.app.inject('/health/ready'))
          .json<{ checks: { ok: boolean }[] }>()
          .checks.every((check) => check.ok),
      5_000,
      'all checks to be good',
    );
  });
});
