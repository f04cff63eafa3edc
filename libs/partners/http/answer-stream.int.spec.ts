import * as net from 'node:net';
import { gzipSync } from 'node:zlib';
import { until } from '#testing';
import { answerOf, startStub, type StubServer } from '../testing/stub-server';
import { createAxiosHttp, type ClosableHttp } from './axios-http';
import type { HttpRequest, HttpResult, HttpStream } from './http-port';

const ABOVE = 1_000;

describe('HttpPort.open (axios driver) against a real server', () => {
  let http: ClosableHttp;
  let stub: StubServer | undefined;

  beforeEach(() => {
    http = createAxiosHttp({ maxSockets: 1, connectTimeoutMs: 500 });
  });
  afterEach(async () => {
    http.close();
    await stub?.close();
    stub = undefined;
  });

  const open = (over: Partial<HttpRequest> = {}): Promise<HttpResult | HttpStream> =>
    http.open(
      {
        method: 'GET',
        url: `${stub?.url ?? ''}/base/path`,
        headers: {},
        signal: AbortSignal.timeout(3_000),
        maxAnswerBytes: 1_000_000,
        ...over,
      },
      ABOVE,
    );
  async function streamOf(over: Partial<HttpRequest> = {}): Promise<HttpStream> {
    const result = await open(over);
    if (result.kind !== 'stream') throw new Error(`no stream but ${JSON.stringify(result)}`);
    return result;
  }
  async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it('a short answer comes whole', async () => {
    stub = await startStub((socket) => socket.write(answerOf(404, 'x'.repeat(ABOVE), { 'X-Thing': 'one' })));
    const result = await open();
    expect(result).toMatchObject({ kind: 'answer', status: 404, headers: { 'x-thing': 'one' } });
    expect(result.kind === 'answer' && result.body.length).toBe(ABOVE);
  });

  it('a longer one comes as a stream, its beginning included, also compressed', async () => {
    const text = Array.from({ length: 50_000 }, (_, at) => String(at)).join(' ');
    const packed = gzipSync(text);
    stub = await startStub((socket) => {
      socket.write(`HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    const { status, head, body } = await streamOf();
    expect(status).toBe(200);
    expect(head.toString('utf8')).toMatch(/^0 1 2 /);
    expect((await read(body)).toString('utf8')).toBe(text);
  });

  it('takes no more from the socket than is read', async () => {
    let written = 0;
    let isStalled = false;
    stub = await startStub((socket) => {
      socket.write('HTTP/1.1 200 X\r\nContent-Length: 50000000\r\n\r\n');
      const more = (): void => {
        while (written < 50_000_000 && socket.write('x'.repeat(100_000))) written += 100_000;
        isStalled = true;
        socket.once('drain', more);
      };
      more();
    });
    const stream = await streamOf({ maxAnswerBytes: 60_000_000 });
    await until(() => isStalled, 2_000, 'a sender that has to wait');
    expect(written).toBeLessThan(20_000_000);
    stream.cancel();
  });

  it.each<[string, (socket: net.Socket) => void, () => Partial<HttpRequest>, string]>([
    [
      'a cut body',
      (socket) => socket.end(`HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(5_000)}`),
      () => ({}),
      'wire.cut',
    ],
    [
      'a body that stalls',
      (socket) => void socket.write(`HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(5_000)}`),
      () => ({ signal: AbortSignal.timeout(400) }),
      'wire.deadline',
    ],
    [
      'a body over the limit',
      (socket) => void socket.write(answerOf(200, 'x'.repeat(1_000_000))),
      () => ({ maxAnswerBytes: 300_000 }),
      'wire.answer-too-large',
    ],
  ])('%s ends the reading with a failure that says so [Q21 Q40]', async (_name, answer, over, code) => {
    stub = await startStub(answer);
    const { body } = await streamOf(over());
    await expect(read(body)).rejects.toMatchObject({ code, disposition: 'retry' });
  });

  it.each<[string, (socket: net.Socket) => void]>([
    ['a reset before the headers', (socket) => socket.resetAndDestroy()],
    ['a short body that is cut', (socket) => socket.end('HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nshort')],
  ])('%s is "written"', async (_name, answer) => {
    stub = await startStub(answer);
    expect(await open()).toMatchObject({ kind: 'written' });
  });

  it.each<[string, (stream: HttpStream) => Promise<void>]>([
    ['read to its end', async ({ body }) => void (await read(body))],
    ['cancelled', async (stream) => stream.cancel()],
    [
      'left in the middle',
      async ({ body }) => {
        for await (const piece of body) if (piece.length > 0) break;
      },
    ],
  ])('gives its place to the next call when it is %s, and not before', async (_name, leave) => {
    stub = await startStub((socket) => socket.write(answerOf(200, 'x'.repeat(5_000))));
    const stream = await streamOf();
    expect(await open({ signal: AbortSignal.timeout(100) })).toEqual({ kind: 'not-written', code: 'deadline' });
    await leave(stream);
    const next = await streamOf();
    expect(await read(next.body)).toHaveLength(5_000);
  });

  describe('a request whose body is a stream', () => {
    const large = (pieces: readonly string[], sizeBytes = pieces.join('').length) => ({
      parts: [],
      sizeBytes,
      open: async function* () {
        for (const piece of pieces) yield Buffer.from(piece, 'latin1');
      },
    });

    it('is sent with its length, in its pieces', async () => {
      stub = await startStub((socket, text) => {
        if (text.includes('hello')) socket.write(answerOf(200, '{}'));
      });
      const call = http.call({
        method: 'POST',
        url: `${stub.url}/x`,
        headers: {},
        body: large(['{"a":"', 'hel', 'lo"}']),
        signal: AbortSignal.timeout(3_000),
        maxAnswerBytes: 1_000,
      });
      expect(await call).toMatchObject({ kind: 'answer', status: 200 });
      expect(stub.received()).toMatch(/Content-Length: 13\r\n[^]*\r\n\r\n\{"a":"hello"\}$/i);
      expect(stub.received()).not.toMatch(/transfer-encoding/i);
    });

    it('that breaks off is "written": the partner may have seen its beginning', async () => {
      stub = await startStub(() => undefined);
      const body = {
        ...large([], 100),
        open: async function* () {
          yield Buffer.from('{"a":"');
          await until(() => stub?.received().includes('{"a"') === true, 2_000, 'the beginning');
          throw Object.assign(new Error('changed'), { code: 'vault-tampered' });
        },
      };
      expect(
        await http.call({
          method: 'POST',
          url: `${stub.url}/x`,
          headers: {},
          body,
          signal: AbortSignal.timeout(3_000),
          maxAnswerBytes: 1_000,
        }),
      ).toEqual({ kind: 'written', code: 'vault-tampered' });
    });

    it('is not begun without the lease', async () => {
      stub = await startStub((socket) => socket.write(answerOf(200, '{}')));
      const call = http.call({
        method: 'POST',
        url: `${stub.url}/x`,
        headers: {},
        body: large(['{}']),
        signal: AbortSignal.timeout(3_000),
        maxAnswerBytes: 1_000,
        mayWrite: () => false,
      });
      expect(await call).toEqual({ kind: 'not-written', code: 'lease-lost' });
      expect(stub.received()).toBe('');
    });
  });
});
