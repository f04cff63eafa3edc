import { connect, createServer, type Socket } from 'node:net';
import { freePort, until } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const SECRET_NAME = 'Nguyễn Thị Thử Nghiệm';

describe('limits and problems', () => {
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway({ env: { MAX_BODY_BYTES: '32768' } })), 60_000);
  afterAll(() => gateway.stop());

  const post = async (
    url: string,
    payload: string | Buffer | object,
    headers: Record<string, string> = {},
    role = 'administrator',
  ) =>
    gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: {
        authorization: `Bearer ${await gateway.token(role)}`,
        'idempotency-key': 'k',
        'content-type': 'application/json',
        ...headers,
      },
    });
  const get = async (url: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({ url, headers: { authorization: `Bearer ${await gateway.token('operator')}`, ...headers } });
  const client = { id: 'some-client', kind: 'machine', roles: ['integrator'] };

  it('answers an unknown address with a problem, in the language that is asked for', async () => {
    const answer = await get('/api/v1/nothing/here');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:lienthong:problem:route-unknown',
      title: 'No such address',
      status: 404,
      code: 'route-unknown',
    });
    expect((await get('/api/v1/nothing', { 'accept-language': 'vi-VN,vi;q=0.9' })).json()).toMatchObject({
      title: 'Không có địa chỉ này',
    });
    expect((await gateway.app.inject('/api/v1/%zz')).json()).toMatchObject({ status: 400, code: 'request-invalid' });
  });

  it.each([
    ['no JSON', '{"id":', 'body-not-json'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'body-not-json'],
    ['deep nesting', `${'['.repeat(40)}${']'.repeat(40)}`, 'request-invalid'],
    ['a long text', JSON.stringify({ ...client, id: 'x'.repeat(17_000) }), 'request-invalid'],
    ['a prototype', '{"__proto__":{"roles":["administrator"]}}', 'request-invalid'],
    ['a NUL', JSON.stringify({ ...client, id: 'a\u0000b' }), 'request-invalid'],
    ['half a surrogate pair', '{"id":"\\ud800"}', 'request-invalid'],
    ['a list in place of an object', '[]', 'request-invalid'],
    ['nothing', '', 'request-invalid'],
  ])('refuses a body with %s', async (_, body: string | Buffer, code) => {
    const answer = await post('/api/v1/clients', body);
    expect(answer.json()).toMatchObject({ status: 400, code });
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it.each([
    ['nested without end', `{"content":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'request-invalid'],
    ['of many empty arrays', `{"attachments":[${'[],'.repeat(100_000)}[]]}`, 'request-invalid'],
    ['of many members', `{${Array.from({ length: 50_000 }, (_member, at) => `"m${at}":1`).join()}}`, 'request-invalid'],
    ['with a number above all numbers', `{"unit":1e${'9'.repeat(100_000)}}`, 'request-invalid'],
    ['with a long number', `{"unit":${'9'.repeat(1_000_000)}}`, 'request-invalid'],
    ['with a text in place of a number', JSON.stringify({ receivedAt: '1'.repeat(1_000_000) }), 'request-invalid'],
    ['with marks on one letter', JSON.stringify({ procedureCode: '\u0301\u0323'.repeat(300_000) }), 'request-invalid'],
    ['with a prototype', '{"content":{"__proto__":{"nksHoTen":"x"}}}', 'request-invalid'],
  ])('refuses a dossier %s, and goes on', async (_name, body, code) => {
    const answer = await post('/api/v1/dossiers', body, {}, 'integrator');
    expect(answer.json()).toMatchObject({ status: 400, code });
    expect((await gateway.app.inject('/health/live')).statusCode).toBe(200);
  });

  it('refuses a body over the limit, and takes a larger one where files come', async () => {
    const large = JSON.stringify({ note: 'x'.repeat(40_000) });
    expect((await post('/api/v1/clients', large)).json()).toMatchObject({ status: 413, code: 'body-too-large' });
    expect((await post('/api/v1/dossiers', large, {}, 'integrator')).json()).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
  });

  it('refuses a content type that it does not read', async () => {
    expect((await post('/api/v1/clients', '<xml/>', { 'content-type': 'text/xml' })).json()).toMatchObject({
      status: 415,
      code: 'content-type-not-supported',
    });
  });

  it.each([
    [{ ...client, id: 'UPPER' }, 'id'],
    [{ ...client, roles: ['king'] }, 'roles'],
    [{ ...client, roles: [] }, 'roles'],
    [{ ...client, units: ['1'] }, 'units'],
    [{ ...client, addresses: ['not-an-address'] }, 'addresses'],
  ])('names the field of a wrong value: %j', async (payload, field) => {
    expect((await post('/api/v1/clients', payload)).json()).toMatchObject({ status: 400, field });
  });

  it('repeats nothing of what was sent: neither values nor made-up names', async () => {
    const answer = await post('/api/v1/clients', { ...client, [SECRET_NAME]: SECRET_NAME });
    expect(answer.json()).toMatchObject({ status: 400, code: 'request-invalid' });
    const value = await post('/api/v1/clients', { ...client, kind: SECRET_NAME });
    expect(value.json()).toMatchObject({ status: 400, field: 'kind' });
    expect(answer.body + value.body + JSON.stringify(gateway.lines)).not.toContain('Thử Nghiệm');
  });

  it('asks for an idempotency key, and for one that can be one', async () => {
    const without = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/clients',
      payload: client,
      headers: { authorization: `Bearer ${await gateway.token('administrator')}` },
    });
    expect(without.json()).toMatchObject({ status: 400, code: 'idempotency-key-missing', field: 'Idempotency-Key' });
    expect((await post('/api/v1/clients', client, { 'idempotency-key': 'x'.repeat(129) })).json()).toMatchObject({
      status: 400,
      code: 'idempotency-key-invalid',
    });
  });

  it.each([
    ['/api/v1/dossiers?limit=201', 'limit'],
    ['/api/v1/dossiers?limit=0', 'limit'],
    ['/api/v1/dossiers?limit=1e2', 'limit'],
    ['/api/v1/dossiers?limit=2&limit=3', 'limit'],
    ['/api/v1/dossiers?state=dreaming', 'state'],
    ['/api/v1/dossiers?unit=1', 'unit'],
    ['/api/v1/dossiers?since=2026-03-02', 'since'],
    ['/api/v1/dossiers?since=2026-13-02T00:00:00Z', 'since'],
    ['/api/v1/dossiers?after=zzz', 'after'],
    ['/api/v1/feed?after=-1', 'after'],
    ['/api/v1/feed?waitSeconds=31', 'waitSeconds'],
    ['/api/v1/progress?from=2026-02-30', 'from'],
    ['/api/v1/progress?after=2026-99-99%7C99001', 'after'],
    ['/api/v1/deliveries?status=lost', 'status'],
  ])('refuses %s', async (url, field) => {
    expect((await get(url)).json()).toMatchObject({ status: 400, field });
  });

  it('refuses a parameter that the route does not have', async () => {
    expect((await get('/api/v1/dossiers?stat=received')).json()).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
  });

  it('writes one line per request, with the route’s pattern and without address, code or text', async () => {
    const before = gateway.lines.length;
    await gateway.app.inject({
      url: '/api/v1/dossiers/G22.99.08-260302-000077',
      headers: { authorization: `Bearer ${await gateway.token('operator')}` },
      remoteAddress: '203.0.113.42',
    });
    const lines = gateway.lines
      .slice(before)
      .filter((line) => line.event === 'request.handled' && line.fields.route === '/api/v1/dossiers/:code');
    expect(lines).toHaveLength(1);
    expect(lines[0].fields).toEqual({
      method: 'GET',
      route: '/api/v1/dossiers/:code',
      status: 404,
      durationMs: expect.any(Number),
      clientId: 'operator',
      addressDigest: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(JSON.stringify(gateway.lines)).not.toMatch(/203\.0\.113|260302-000077|synthetic-secret/);
  });

  it('measures requests by route, never by what is in the path', async () => {
    await get('/api/v1/dossiers/G22.99.08-260302-000078');
    const metrics = await gateway.app.inject('/metrics');
    expect(metrics.headers['content-type']).toContain('text/plain');
    expect(metrics.body).toMatch(
      /lienthong_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/dossiers\/:code",status="404"\} \d/,
    );
    expect(metrics.body).not.toContain('260302');
  });

  it('sends headers that keep browsers from doing harm with an answer', async () => {
    const answer = await get('/api/v1/dossiers');
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  });
});

describe('a gateway whose database is away', () => {
  it('answers 503 with a time to come back, is not ready, is alive, and goes on by itself', async () => {
    const line = await breakableLine();
    const gateway = await testGateway({ databaseUrl: line.through });
    const headers = { authorization: `Bearer ${await gateway.token('operator')}` };
    expect((await gateway.app.inject({ url: '/api/v1/partners', headers })).statusCode).toBe(200);
    await line.cut();
    const answer = await gateway.app.inject({ url: '/api/v1/partners', headers });
    expect(answer.json()).toMatchObject({ status: 503, code: 'database-away' });
    expect(answer.headers['retry-after']).toBe('2');
    expect((await gateway.app.inject('/health/ready')).statusCode).toBe(503);
    expect((await gateway.app.inject('/health/live')).statusCode).toBe(200);
    await line.mend();
    await until(
      async () => (await gateway.app.inject('/health/ready')).statusCode === 200,
      10_000,
      'the gateway to be ready again',
    );
    await gateway.stop();
    await line.cut();
  }, 60_000);
});

/** A TCP line to the database that a test can cut and mend. */
async function breakableLine() {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let target = { host: '', port: 0 };
  const server = createServer((socket) => {
    const upstream = connect(target);
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => sockets.delete(one));
    }
    socket.pipe(upstream).pipe(socket);
  });
  const mend = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const through = (url: string): string => {
    const changed = new URL(url);
    target = { host: changed.hostname, port: Number(changed.port) };
    changed.host = `127.0.0.1:${port}`;
    return changed.href;
  };
  await mend();
  return { through, cut, mend };
}
