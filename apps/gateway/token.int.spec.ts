import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { fixedClock, until } from '#testing';
import { secretOf, testGateway, type TestGateway } from '../../test/support/test-gateway';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('log-in of clients', () => {
  const clock = fixedClock();
  let gateway: TestGateway;
  beforeAll(async () => void (gateway = await testGateway({ clock, env: { MAX_FAILED_LOG_INS: '3' } })), 60_000);
  afterAll(() => gateway.stop());

  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}, remoteAddress = '203.0.113.7') =>
    gateway.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { ...FORM, ...headers },
      payload: new URLSearchParams(fields).toString(),
      remoteAddress,
    });
  const credentials = (id: string, secret = secretOf(id)) => ({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
  });
  const basic = (id: string, secret = secretOf(id)) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });
  const dossiers = (token: string, remoteAddress = '203.0.113.7') =>
    gateway.app.inject({
      method: 'GET',
      url: '/api/v1/dossiers',
      headers: { authorization: `Bearer ${token}` },
      remoteAddress,
    });

  it('gives a token of 900 seconds that verifies with the published keys', async () => {
    const answer = await ask(credentials('integrator'));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { access_token, ...rest } = answer.json<{ access_token: string; token_type: string; expires_in: number }>();
    expect(rest).toEqual({ token_type: 'Bearer', expires_in: 900 });
    const keys = (await gateway.app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>();
    const { payload, protectedHeader } = await jwtVerify(access_token, createLocalJWKSet(keys), {
      currentDate: clock.now(),
    });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: gateway.parts.signingKeys.keyId });
    const issuedAt = clock.now().getTime() / 1000;
    expect(payload).toEqual({
      iss: 'http://gateway.test',
      aud: 'lienthong',
      sub: 'integrator',
      roles: ['integrator'],
      credential_id: expect.any(String),
      iat: issuedAt,
      exp: issuedAt + 900,
    });
  });

  it('takes the client by Basic as well', async () => {
    expect((await ask({ grant_type: 'client_credentials' }, basic('operator'))).statusCode).toBe(200);
  });

  it.each([
    ['another grant type', { grant_type: 'password' }, {}, { status: 400, error: 'unsupported_grant_type' }],
    ['no grant type', {}, {}, { status: 400, error: 'invalid_request' }],
    ['both Basic and body', credentials('operator'), basic('operator'), { status: 400, error: 'invalid_request' }],
    ['no client', { grant_type: 'client_credentials' }, {}, { status: 401, error: 'invalid_client' }],
    ['a wrong secret', credentials('operator', 'wrong'), {}, { status: 401, error: 'invalid_client' }],
    ['an unknown client', credentials('nobody', 'wrong'), {}, { status: 401, error: 'invalid_client' }],
  ])(
    'refuses %s with the error of OAuth in a problem',
    async (_, fields: Record<string, string>, headers, expected) => {
      const answer = await ask(fields, headers);
      expect(answer.statusCode).toBe(expected.status);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json()).toMatchObject(expected);
    },
  );

  it('refuses a form with a field twice, and one that is no form', async () => {
    const twice = await gateway.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: FORM,
      payload: 'grant_type=client_credentials&grant_type=password',
    });
    expect(twice.json()).toMatchObject({ status: 400, code: 'request-invalid' });
    const json = await gateway.app.inject({ method: 'POST', url: '/oauth/token', payload: credentials('operator') });
    expect(json.json()).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('keeps each log-in and each failure in the sync log, without what a stranger typed', async () => {
    await ask(credentials('auditor'));
    await ask(credentials('nguyen-van-a', 'wrong'), {}, '203.0.113.9');
    const rows = await gateway.parts.db.query<{ kind: string; entry: string }>(
      `select kind, convert_from(bytes, 'UTF8') as entry from synclog_entry order by id desc limit 2`,
    );
    const entries = rows.map((row) => JSON.parse(row.entry) as { actor: { id: string }; detail?: object });
    expect(rows.map((row) => row.kind)).toEqual(['log-in.failed', 'log-in.succeeded']);
    expect(entries[0]).toMatchObject({ actor: { id: 'unknown' }, detail: { reasonCode: 'client-not-accepted' } });
    expect(entries[1]).toMatchObject({ actor: { id: 'auditor', type: 'person' } });
    expect(JSON.stringify(rows)).not.toMatch(/nguyen|203\.0\.113/);
  });

  it('makes a client wait after failures from one address, and lets its own address through', async () => {
    const guess = () => ask(credentials('manager', 'wrong'), {}, '198.51.100.1');
    for (let n = 0; n < 3; n += 1) expect((await guess()).statusCode).toBe(401);
    const limited = await ask(credentials('manager'), {}, '198.51.100.1');
    expect(limited.json()).toMatchObject({ status: 429, code: 'too-many-failed-log-ins' });
    expect(limited.headers['retry-after']).toBe('60');
    expect((await ask(credentials('manager'), {}, '198.51.100.2')).statusCode).toBe(200);
    clock.advance(60_000);
    expect((await ask(credentials('manager'), {}, '198.51.100.1')).statusCode).toBe(200);
  });

  it('slows down an address that makes names up: each failure is an entry for good', async () => {
    const guess = async (n: number) =>
      (await ask(credentials(`made-up-${n}`, 'wrong'), {}, '198.51.100.77')).statusCode;
    for (let n = 0; n < 30; n += 1) expect(await guess(n)).toBe(401);
    expect(await guess(30)).toBe(429);
    expect((await ask(credentials('manager'), {}, '198.51.100.78')).statusCode).toBe(200);
    clock.advance(60_000);
    expect(await guess(31)).toBe(401);
  });

  it('does not let a stranger’s failures from many addresses shut out a client that logged in before', async () => {
    await ask(credentials('operator'));
    for (let n = 0; n < 30; n += 1) await ask(credentials('operator', 'wrong'), {}, `198.51.100.${n}`);
    expect((await ask(credentials('operator', 'wrong'), {}, '192.0.2.1')).statusCode).toBe(429);
    expect((await ask(credentials('operator'), {}, '192.0.2.1')).statusCode).toBe(200);
    clock.advance(60_000);
  });

  it('holds a client to its addresses, at log-in and with a token', async () => {
    await gateway.addClient({ id: 'one-commune', roles: ['integrator'], addresses: ['192.0.2.0/28', '2001:db8::1'] });
    expect((await ask(credentials('one-commune'), {}, '192.0.2.77')).json()).toMatchObject({
      status: 403,
      code: 'address-not-allowed',
    });
    const answer = await ask(credentials('one-commune'), {}, '::ffff:192.0.2.3');
    const { access_token } = answer.json<{ access_token: string }>();
    expect((await dossiers(access_token, '192.0.2.14')).statusCode).toBe(200);
    expect((await dossiers(access_token, '192.0.2.99')).json()).toMatchObject({
      status: 403,
      code: 'address-not-allowed',
    });
  });

  it('holds a client to its operations', async () => {
    await gateway.addClient({ id: 'feed-reader', roles: ['integrator'], operations: ['feed.read'] });
    const token = await gateway.token('feed-reader');
    expect((await dossiers(token)).json()).toMatchObject({ status: 403, code: 'operation-not-allowed' });
    const feed = await gateway.app.inject({ url: '/api/v1/feed', headers: { authorization: `Bearer ${token}` } });
    expect(feed.statusCode).toBe(200);
  });

  it('refuses a token that has expired, is altered, is signed by none, or is missing', async () => {
    const { access_token } = (await ask(credentials('auditor'))).json<{ access_token: string }>();
    const [head, body, signature] = access_token.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString('utf8')), roles: ['administrator'] }),
    ).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await dossiers(`${head}.${other}.${signature}`)).json()).toMatchObject({
      status: 401,
      code: 'token-invalid',
    });
    expect((await dossiers(`${none}.${body}.`)).json()).toMatchObject({ status: 401, code: 'token-invalid' });
    const missing = await gateway.app.inject('/api/v1/dossiers');
    expect(missing.json()).toMatchObject({ status: 401, code: 'token-missing' });
    expect(missing.headers['www-authenticate']).toBe('Bearer');
    expect((await dossiers(access_token)).statusCode).toBe(200);
    clock.advance(906_000);
    expect((await dossiers(access_token)).json()).toMatchObject({ status: 401, code: 'token-expired' });
  });

  it('ends the tokens of a client that is to be disabled within seconds', async () => {
    await gateway.addClient({ id: 'leaving', roles: ['operator'] });
    const token = await gateway.token('leaving');
    expect((await dossiers(token)).statusCode).toBe(200);
    const disabled = await gateway.app.inject({
      method: 'POST',
      url: '/api/v1/clients/leaving/disable',
      headers: {
        authorization: `Bearer ${(await ask(credentials('administrator'))).json<{ access_token: string }>().access_token}`,
        'idempotency-key': 'k1',
      },
    });
    expect(disabled.statusCode).toBe(202);
    clock.advance(3_000);
    await until(async () => (await dossiers(token)).statusCode === 401, 5_000, 'the disabled client’s token to end');
    expect((await ask(credentials('leaving'))).statusCode).toBe(401);
  });
});
