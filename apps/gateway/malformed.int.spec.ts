import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const DEADLINE_MS = 10_000;
const CODE = 'G22.99.08-260302-000001';

describe('requests that are made to do harm', () => {
  let gateway: TestGateway;
  let port: number;
  let token: string;

  beforeAll(async () => {
    gateway = await testGateway({ env: { HOST: '127.0.0.1' } });
    await gateway.app.listen(0, '127.0.0.1');
    port = (gateway.app.getHttpServer().address() as AddressInfo).port;
    token = await gateway.token('integrator');
  }, 60_000);
  afterAll(() => gateway.stop());
  afterEach(async () => {
    expect((await gateway.app.inject('/health/live')).statusCode).toBe(200);
    expect(gateway.lines.filter((line) => line.event === 'request.failed')).toEqual([]);
  });

  /** Sends bytes as they are. @returns all that came back until the connection ended */
  function raw(...parts: readonly (string | Buffer)[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port });
      let answer = '';
      const guard = setTimeout(() => socket.destroy(new Error(`no end after: ${answer.slice(0, 200)}`)), DEADLINE_MS);
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', (error) => ((error as { code?: string }).code === 'ECONNRESET' ? undefined : reject(error)));
      socket.on('close', () => {
        clearTimeout(guard);
        resolve(answer);
      });
      socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
    });
  }
  const request = (line: string, ...headers: readonly string[]): string =>
    [line, 'Host: gateway.test', ...headers, '', ''].join('\r\n');
  const answersIn = (text: string): number => text.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0;
  const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    gateway.app.inject({
      method: 'POST',
      url,
      payload,
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': 'm-1',
        'content-type': 'application/json',
        ...headers,
      },
    });
  const get = (url: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({ url, headers: { authorization: `Bearer ${token}`, ...headers } });

  const SMUGGLED = 'GET /health/live HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n\r\n';
  it.each([
    [
      'both lengths',
      request('POST /oauth/token HTTP/1.1', 'Content-Length: 4', 'Transfer-Encoding: chunked'),
      '0\r\n\r\n',
    ],
    [
      'both lengths, turned',
      request('POST /oauth/token HTTP/1.1', 'Transfer-Encoding: chunked', 'Content-Length: 4'),
      '0\r\n\r\n',
    ],
    ['two lengths', request('POST /oauth/token HTTP/1.1', 'Content-Length: 0', 'Content-Length: 60'), ''],
    ['a length with a sign', request('POST /oauth/token HTTP/1.1', 'Content-Length: +4'), 'abcd'],
    ['a length that is no number', request('POST /oauth/token HTTP/1.1', 'Content-Length: 4x'), 'abcd'],
    [
      'an encoding that is almost one',
      request('POST /oauth/token HTTP/1.1', 'Transfer-Encoding: xchunked'),
      '0\r\n\r\n',
    ],
    [
      'an encoding behind another',
      request('POST /oauth/token HTTP/1.1', 'Transfer-Encoding: chunked, identity'),
      '0\r\n\r\n',
    ],
    ['a space before the colon', request('POST /oauth/token HTTP/1.1', 'Transfer-Encoding : chunked'), '0\r\n\r\n'],
    ['a folded header', request('POST /oauth/token HTTP/1.1', 'X-Odd: a\r\n Transfer-Encoding: chunked'), ''],
    ['a bare carriage return', request('POST /oauth/token HTTP/1.1', 'X-Odd: a\rTransfer-Encoding: chunked'), ''],
    ['a NUL in a header', request('GET /health/live HTTP/1.1', 'X-Odd: a\0b'), ''],
    [
      'a chunk size that is none',
      request('POST /oauth/token HTTP/1.1', 'Transfer-Encoding: chunked'),
      'zz\r\nx\r\n0\r\n\r\n',
    ],
    ['no version', 'GET /health/live\r\n\r\n', ''],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', ''],
  ])('refuses a request with %s, and what stands behind it is not answered', async (_name, head, body) => {
    const answer = await raw(head, body, SMUGGLED);
    expect([answer, answersIn(answer)]).toEqual([answer, 1]);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|411|501) /);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toMatch(/x-content-type-options: nosniff/i);
    expect(answer).not.toMatch(/fastify|nest|node|HPE_|parse error/i);
  });

  it('refuses two Host headers', async () => {
    const twice = await raw(request('GET /health/live HTTP/1.1', 'Host: other.test', 'Connection: close'));
    expect(twice).toMatch(/^HTTP\/1\.1 400 /);
    expect(twice).toContain('"field":"host"');
  });

  it('refuses two Authorization headers: which one counts is nobody’s guess', async () => {
    const bearer = `Authorization: Bearer ${token}`;
    const twice = await raw(
      request('GET /api/v1/dossiers HTTP/1.1', bearer, 'Authorization: Bearer other', 'Connection: close'),
    );
    expect(twice).toMatch(/^HTTP\/1\.1 400 /);
    expect(twice).toContain('"field":"authorization"');
    const once = await raw(request('GET /api/v1/dossiers HTTP/1.1', bearer, 'Connection: close'));
    expect(once).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['an address', request(`GET /api/v1/dossiers/${'a'.repeat(20_000)} HTTP/1.1`)],
    ['a header', request('GET /health/live HTTP/1.1', `X-Long: ${'a'.repeat(20_000)}`)],
    [
      'a token',
      request('GET /api/v1/dossiers HTTP/1.1', `Authorization: Bearer ${'a'.repeat(15_900)}`, 'X: '.padEnd(900, 'b')),
    ],
  ])('refuses %s that is too long', async (_name, head) => {
    const answer = await raw(head);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers-too-large"');
  });

  it('waits for no request for ever: a slow one is cut off', () => {
    const server = gateway.app.getHttpServer();
    expect(server.headersTimeout).toBeGreaterThan(0);
    expect(server.headersTimeout).toBeLessThanOrEqual(60_000);
    expect(server.requestTimeout).toBeGreaterThan(0);
    expect(server.requestTimeout).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['gzip', gzipSync(JSON.stringify({ content: 'x'.repeat(5_000_000) }))],
    ['br', brotliCompressSync(JSON.stringify({ a: 1 }))],
    ['deflate', Buffer.from('x')],
    ['gzip, identity', Buffer.from('x')],
  ])('unpacks nothing: a body in %s is refused', async (encoding, payload) => {
    const answer = await post('/api/v1/dossiers', payload, { 'content-encoding': encoding });
    expect(answer.json()).toMatchObject({ status: 415, code: 'content-encoding-not-supported' });
  });

  it.each([
    ['a member twice', '{"unit":"99001","unit":"99002"}'],
    ['a member twice under another spelling', String.raw`{"unit":"99001","\u0075nit":"99002"}`],
    ['a prototype inside', '{"content":{"__proto__":{"a":"b"}}}'],
    ['a prototype under another spelling', String.raw`{"\u005f_proto__":{"roles":[]}}`],
    ['no whole surrogate pair', String.raw`{"unit":"\ud83d"}`],
    ['a NUL', String.raw`{"unit":"\u0000"}`],
    ['a byte order mark twice', '\ufeff\ufeff{}'],
    ['a number above all numbers', '{"unit":1e999}'],
    ['not a number', '{"unit":NaN}'],
    ['a comment', '{"unit":"99001"/**/}'],
  ])('refuses JSON with %s', async (_name, payload) => {
    const answer = await post('/api/v1/dossiers', payload);
    expect([400, answer.body]).toEqual([answer.statusCode, answer.body]);
  });

  it.each([
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a character', Buffer.from([0x22, 0xe1, 0xbb, 0x22])],
    ['a surrogate in three bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from('{"unit":"1"}', 'utf16le')],
  ])('refuses bytes that are no UTF-8: %s', async (_name, payload) => {
    expect((await post('/api/v1/dossiers', payload)).json()).toMatchObject({ status: 400, code: 'body-not-json' });
  });

  it('lets nothing of a body become a property of all objects', async () => {
    const odd =
      '{"constructor":{"prototype":{"polluted":"yes"}},"prototype":{"polluted":"yes"},"toString":"x","valueOf":1}';
    for (const [url, payload] of [
      ['/api/v1/dossiers', odd],
      ['/api/v1/dossiers', `{"content":${odd},"subject":${odd},"attachments":[${odd}]}`],
      [`/api/v1/dossiers/${CODE}/decisions`, odd],
    ]) {
      expect((await post(url, payload)).statusCode).toBe(400);
      expect(({} as { polluted?: string }).polluted).toBeUndefined();
    }
    const query = await get('/api/v1/dossiers?__proto__[polluted]=yes&constructor.prototype.polluted=yes');
    expect(query.statusCode).toBe(400);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it.each([
    '..%2f..%2f..%2fetc%2fpasswd',
    '..%5c..%5cwindows',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '....//....//etc',
    '%00',
    'a%0d%0aSet-Cookie:%20a=b',
    'a%0aX-Injected:%201',
    '%E5%98%8A%E5%98%8DX-Injected',
    '%ff%fe',
    `${'%25'.repeat(90)}`,
    "'%20or%20'1'='1",
    '$%7bjndi:ldap:%2f%2f127.0.0.1%2fa%7d',
    '%3Cscript%3E',
  ])('knows no dossier, file, tile or account named %s, and repeats nothing of it', async (name) => {
    const auditor = { authorization: `Bearer ${await gateway.token('auditor')}` };
    for (const url of [
      `/api/v1/dossiers/${name}`,
      `/api/v1/dossiers/${name}/timeline`,
      `/api/v1/receipts/${name}`,
      `/files/${name}`,
      `/synclog/tile/${name}`,
      `/synclog/tile/0/${name}`,
      `/${name}`,
    ]) {
      const answer = await get(url, url.startsWith('/synclog') ? auditor : {});
      expect([url, [400, 404].includes(answer.statusCode)]).toEqual([url, true]);
      expect(answer.headers).not.toHaveProperty('x-injected');
      expect(answer.headers).not.toHaveProperty('set-cookie');
      expect(answer.body).not.toMatch(/root:|script|jndi|passwd|windows/);
    }
  });

  it('writes no header that a file’s name has thought out', async () => {
    const names = [
      '../../etc/passwd',
      'a.pdf\r\nX-Injected: 1',
      'a".pdf',
      'a;filename=b.exe',
      'x.p/../df',
      `${'x'.repeat(999)}.pdf`,
    ];
    const { fileTokens, db, ids, vault } = gateway.parts;
    for (const fileName of names) {
      const object = { kind: 'result-file' as const, contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4') };
      const [{ ref }] = await db.run((tx) => vault.seal(tx, { ownerKind: 'dossier', ownerId: ids.next() }, [object]));
      const url = await fileTokens.issueFileToken(db, {
        ref,
        partner: 'dvcqg',
        fileName,
        contentType: 'application/pdf',
      });
      const answer = await gateway.app.inject(new URL(url).pathname);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).not.toHaveProperty('x-injected');
      expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="[0-9a-f-]{36}(\.[a-z0-9]{1,8})?"$/);
    }
  });
});
