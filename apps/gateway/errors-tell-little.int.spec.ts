import { Client } from 'pg';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': expect.stringContaining("default-src 'none'") as string,
};
/** What would help somebody who looks for a way in: our tools, places in our code, statements of our database. */
const TELLTALE =
  /fastify|nest(js)?\b|express|postgres|typeorm|SQLSTATE|node_modules|\.ts:\d|\.js:\d|at \w+ \(|select .+ from|relation "|duplicate key|ECONN|stack/i;

describe('what an answer tells', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ env: { MAX_BODY_BYTES: '4096' } });
  }, 60_000);
  afterAll(() => gateway.stop());

  const bearer = async (role: string) => ({ authorization: `Bearer ${await gateway.token(role)}` });
  const logIn = (id: string, secret: string, remoteAddress: string) =>
    gateway.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secret,
      }).toString(),
      remoteAddress,
    });

  it('sends protecting headers and no name of a tool with every kind of answer', async () => {
    const operator = await bearer('operator');
    const answers = [
      await gateway.app.inject('/health/live'),
      await gateway.app.inject('/metrics'),
      await gateway.app.inject('/api/openapi.json'),
      await gateway.app.inject('/api/v1/dossiers'),
      await gateway.app.inject('/nothing/here'),
      await gateway.app.inject('/api/v1/%zz'),
      await gateway.app.inject({ method: 'OPTIONS', url: '/api/v1/dossiers' }),
      await gateway.app.inject({ method: 'DELETE', url: '/api/v1/dossiers' }),
      await gateway.app.inject({ url: '/api/v1/dossiers', headers: operator }),
      await gateway.app.inject({ url: '/api/v1/clients', headers: operator }),
      await gateway.app.inject({ method: 'POST', url: '/oauth/token', payload: 'x'.repeat(9_000) }),
      await gateway.app.inject({
        method: 'POST',
        url: '/oauth/token',
        payload: '{',
        headers: { 'content-encoding': 'br' },
      }),
    ];
    for (const { headers, statusCode } of answers) {
      expect([statusCode, headers]).toEqual([statusCode, expect.objectContaining(HEADERS)]);
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('answers what goes wrong without a word of how it is built', async () => {
    const administrator = { ...(await bearer('administrator')), 'content-type': 'application/json' };
    const post = (payload: string, key = 'k') =>
      gateway.app.inject({
        method: 'POST',
        url: '/api/v1/clients',
        headers: { ...administrator, 'idempotency-key': key },
        payload,
      });
    const answers = [
      await post('{'),
      await post('[]'),
      await post('x'.repeat(5_000)),
      await post('{"id":"a-client","kind":"machine","roles":["king"]}'),
      await gateway.app.inject({ url: '/api/v1/dossiers?after=00000000', headers: await bearer('operator') }),
      await gateway.app.inject({ url: '/api/v1/feed?after=99999999999999999999', headers: await bearer('operator') }),
      await gateway.app.inject({ url: '/api/v1/progress?from=0000-00-00', headers: await bearer('operator') }),
      await gateway.app.inject('/synclog/tile/0/x999'),
    ];
    for (const { body, statusCode } of answers) {
      expect(statusCode).toBeLessThan(500);
      expect(body).not.toMatch(TELLTALE);
    }
  });

  it('answers a fault of our own with a code, and keeps the rest for the log', async () => {
    const owner = new Client({ connectionString: gateway.ownerUrl });
    await owner.connect();
    await owner.query('alter table hold rename to hold_away');
    const answer = await gateway.app.inject({ url: '/api/v1/partners/dvclt/holds', headers: await bearer('operator') });
    await owner.query('alter table hold_away rename to hold');
    await owner.end();
    expect(answer.json()).toEqual({
      type: 'urn:lienthong:problem:unexpected',
      title: 'Unexpected error',
      status: 500,
      code: 'unexpected',
      detail: expect.any(String) as string,
    });
    expect(answer.body).not.toMatch(TELLTALE);
    expect(gateway.lines.find((line) => line.event === 'request.failed')?.fields).toMatchObject({ code: '42P01' });
    expect(JSON.stringify(gateway.lines)).not.toMatch(/relation|select /);
  });

  it('tells an unknown client from a wrong secret and a disabled client by nothing', async () => {
    await gateway.addClient({ id: 'gone', roles: ['operator'] });
    await gateway.parts.db.execute(`update client set disabled_at = now() where id = 'gone'`);
    const unknown = await logIn('nobody-here', 'wrong', '198.51.100.1');
    const wrong = await logIn('operator', 'wrong', '198.51.100.2');
    const disabled = await logIn('gone', 'wrong', '198.51.100.3');
    expect(unknown.statusCode).toBe(401);
    expect([wrong.statusCode, wrong.body]).toEqual([unknown.statusCode, unknown.body]);
    expect([disabled.statusCode, disabled.body]).toEqual([unknown.statusCode, unknown.body]);
    expect(Object.keys(wrong.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
  });

  it('spends as much work on an unknown client as on a wrong secret', async () => {
    const timeOf = async (id: string, from: number): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 7; n += 1) {
        const startedAt = performance.now();
        await logIn(id, `wrong ${n}`, `203.0.113.${from + n}`);
        times.push(performance.now() - startedAt);
      }
      return times.sort((a, b) => a - b)[0];
    };
    const [known, unknown] = [await timeOf('auditor', 1), await timeOf('nobody-here-2', 101)];
    // Hashing is most of it: without the decoy an unknown client would be answered in a small part of the time.
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
  });

  it('tells what is another’s from what is not there by nothing', async () => {
    await gateway.addClient({ id: 'other-one-stop', roles: ['integrator'] });
    const filed = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/dossiers',
      headers: { ...(await bearer('integrator')), 'idempotency-key': 'e-1' },
      payload: {
        dvcltCode: 'G22.99.08-260302-000001',
        oneStopCode: 'H99.001-260302-0001',
        procedureCode: '2.000986',
        module: 'KS',
        unit: '123',
        receivedAt: '2026-03-02T08:00:00+07:00',
        subject: { name: 'TRẺ MẪU MỘT', birthDate: '01.03.2026' },
        requester: { name: 'NGƯỜI MẪU HAI' },
        content: { nksHoTen: 'TRẺ MẪU MỘT', nycHoTen: 'NGƯỜI MẪU HAI' },
        attachments: [],
      },
    });
    expect(filed.statusCode).toBe(202);
    const other = await bearer('other-one-stop');
    const show = (id: string) => gateway.app.inject({ url: `/api/v1/receipts/${id}`, headers: other });
    const [others, none] = [
      await show(filed.json<{ id: string }>().id),
      await show('00000000-0000-7000-8000-000000000000'),
    ];
    expect(none.statusCode).toBe(404);
    expect([others.statusCode, others.body]).toEqual([none.statusCode, none.body]);
  });
});
