import * as net from 'node:net';
import { gzipSync } from 'node:zlib';
import { until } from '#testing';
import { answerOf, startStub, type StubServer } from '../testing/stub-server';
import { createAxiosHttp, type ClosableHttp } from './axios-http';
import type { HttpRequest, HttpResult } from './http-port';

describe('HttpPort (axios driver) against a real server', () => {
  let http: ClosableHttp;
  let stub: StubServer | undefined;

  beforeEach(() => {
    http = createAxiosHttp({ maxSockets: 4, connectTimeoutMs: 500 });
  });
  afterEach(async () => {
    http.close();
    await stub?.close();
    stub = undefined;
  });

  const call = (over: Partial<HttpRequest> = {}): Promise<HttpResult> =>
    http.call({
      method: 'POST',
      url: `${stub?.url ?? ''}/base/path`,
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from('{"a":1}'),
      signal: AbortSignal.timeout(3_000),
      maxAnswerBytes: 10_000,
      ...over,
    });

  it('gives the answer of any status with lower-case headers and raw bytes', async () => {
    stub = await startStub((socket) => socket.write(answerOf(418, 'ấm', { 'X-Thing': 'one' })));
    const result = await call();
    expect(result).toMatchObject({ kind: 'answer', status: 418, headers: { 'x-thing': 'one' } });
    expect(result.kind === 'answer' && result.body.toString('utf8')).toBe('ấm');
  });

  it('sends a JSON body with a GET [Q33]', async () => {
    stub = await startStub((socket) => socket.write(answerOf(200, '{}')));
    await call({ method: 'GET', body: Buffer.from('{}') });
    expect(stub.received()).toMatch(/^GET \/base\/path HTTP\/1\.1\r\n[^]*Content-Length: 2\r\n[^]*\r\n\r\n\{\}$/i);
  });

  it('does not follow a redirect', async () => {
    stub = await startStub((socket) => socket.write(answerOf(302, '', { Location: '/elsewhere' })));
    expect(await call()).toMatchObject({ kind: 'answer', status: 302, headers: { location: '/elsewhere' } });
    expect(stub.connections).toHaveLength(1);
  });

  it('gives a 429 with its Retry-After as an answer [Q32]', async () => {
    stub = await startStub((socket) => socket.write(answerOf(429, '{}', { 'Retry-After': '7' })));
    expect(await call()).toMatchObject({ kind: 'answer', status: 429, headers: { 'retry-after': '7' } });
  });

  it('decompresses, and counts the size limit after decompression', async () => {
    const packed = gzipSync(Buffer.alloc(50_000, 'a'));
    stub = await startStub((socket) => {
      socket.write(`HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    expect(await call()).toEqual({ kind: 'written', code: 'answer-too-large' });
    const whole = await call({ maxAnswerBytes: 60_000 });
    expect(whole.kind === 'answer' && whole.body.length).toBe(50_000);
  });

  it.each([
    ['a reset after the request', (socket: net.Socket) => socket.resetAndDestroy(), 'econnreset'],
    ['a close without an answer', (socket: net.Socket) => socket.end(), 'econnreset'],
    [
      'a body shorter than its length',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nshort'),
      'cut',
    ],
    [
      'a cut chunked body',
      (socket: net.Socket) => socket.end('HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nshort'),
      'cut',
    ],
    ['something that is not HTTP', (socket: net.Socket) => socket.end('hello\r\n\r\n'), 'hpe-invalid-constant'],
    [
      'a body over the limit',
      (socket: net.Socket) => socket.write(answerOf(200, 'x'.repeat(10_001))),
      'answer-too-large',
    ],
  ])('%s is "written" [Q13]', async (_name, misbehave, code) => {
    stub = await startStub(misbehave);
    expect(await call()).toEqual({ kind: 'written', code });
  });

  it.each([
    ['a stall before the headers', () => undefined],
    [
      'a stall in the body',
      (socket: net.Socket) => void socket.write('HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf'),
    ],
  ])('%s ends at the deadline as "written" [Q13 Q40]', async (_name, stall) => {
    stub = await startStub(stall);
    expect(await call({ signal: AbortSignal.timeout(150) })).toEqual({ kind: 'written', code: 'deadline' });
  });

  it('a drip of bytes does not stretch the total deadline [Q40]', async () => {
    let drip: NodeJS.Timeout | undefined;
    stub = await startStub((socket) => {
      socket.write('HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n');
      drip = setInterval(() => socket.write('.'), 20);
    });
    const started = performance.now();
    expect(await call({ signal: AbortSignal.timeout(200) })).toEqual({ kind: 'written', code: 'deadline' });
    clearInterval(drip);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('a refused connection is "not-written"', async () => {
    stub = await startStub(() => undefined);
    const { url } = stub;
    await stub.close();
    stub = undefined;
    expect(await call({ url })).toEqual({ kind: 'not-written', code: 'econnrefused' });
  });

  it('an unknown host is "not-written"', async () => {
    const result = await call({ url: 'http://no-such-host.test/' });
    expect(result).toMatchObject({ kind: 'not-written', code: expect.stringMatching(/^(enotfound|eai-again)$/) });
  });

  it('a deadline that has passed writes nothing', async () => {
    stub = await startStub((socket) => socket.write(answerOf(200, '{}')));
    expect(await call({ signal: AbortSignal.abort() })).toEqual({ kind: 'not-written', code: 'deadline' });
    expect(stub.received()).toBe('');
  });

  it('a call that still waits for a free socket at its deadline is "not-written"', async () => {
    http.close();
    http = createAxiosHttp({ maxSockets: 1, connectTimeoutMs: 500 });
    stub = await startStub(() => undefined);
    const first = call({ signal: AbortSignal.timeout(400) });
    expect(await call({ signal: AbortSignal.timeout(100) })).toEqual({ kind: 'not-written', code: 'deadline' });
    expect(await first).toEqual({ kind: 'written', code: 'deadline' });
    expect(stub.received().match(/POST/g)).toHaveLength(1);
  });

  it('a connection that is never established ends as "not-written" [Q31 Q40]', async () => {
    stub = await startStub(() => undefined);
    // TCP stands, the TLS handshake never ends: no byte of the request is written.
    expect(await call({ url: stub.url.replace('http:', 'https:') })).toEqual({
      kind: 'not-written',
      code: 'connect-timeout',
    });
  });

  it('asks for the lease in the tick of the write and writes nothing when it is gone', async () => {
    stub = await startStub((socket) => socket.write(answerOf(200, '{}')));
    expect(await call({ mayWrite: () => false })).toEqual({ kind: 'not-written', code: 'lease-lost' });
    await until(() => stub?.connections.length === 1, 2_000, 'the connection');
    expect(stub.received()).toBe('');
  });

  it('asks for the lease also on a kept-alive socket, once for each call', async () => {
    stub = await startStub((socket) => socket.write(answerOf(200, '{}')));
    let asked = 0;
    const mayWrite = (): boolean => ++asked < 2;
    expect(await call({ mayWrite })).toMatchObject({ kind: 'answer' });
    expect(await call({ mayWrite })).toEqual({ kind: 'not-written', code: 'lease-lost' });
    expect(asked).toBe(2);
    expect(stub.received().match(/POST/g)).toHaveLength(1);
  });

  it('a kept-alive socket that the server closes under the request is "written": nobody can tell', async () => {
    let requests = 0;
    stub = await startStub((socket) => {
      requests += 1;
      if (requests === 1) socket.write(answerOf(200, '{}'));
      else socket.resetAndDestroy();
    });
    expect(await call()).toMatchObject({ kind: 'answer' });
    expect(await call()).toMatchObject({ kind: 'written' });
    expect(stub.connections).toHaveLength(1);
  });
});
