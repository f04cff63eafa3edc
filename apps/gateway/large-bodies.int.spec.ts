import { connect, type Socket } from 'node:net';
import { until } from '#testing';
import { testGateway, type TestGateway } from '../../test/support/test-gateway';

const MEGABYTE = 1_048_576;

describe('bodies with many files', () => {
  let gateway: TestGateway;
  let port: number;
  const open: Socket[] = [];
  beforeAll(async () => {
    gateway = await testGateway();
    await gateway.app.listen(0, '127.0.0.1');
    port = Number(new URL(await gateway.app.getUrl()).port);
  }, 60_000);
  afterEach(() => open.splice(0).forEach((socket) => socket.destroy()));
  afterAll(() => gateway.stop());

  /** Begins a request and leaves its body unfinished. */
  async function begin(
    authorization: string,
    contentLength = 5 * MEGABYTE,
  ): Promise<{ socket: Socket; received: () => string }> {
    const socket = connect(port, '127.0.0.1');
    open.push(socket);
    let received = '';
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('utf8')));
    socket.on('error', () => undefined);
    socket.write(
      `POST /api/v1/dossiers HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n` +
        `Authorization: ${authorization}\r\nContent-Length: ${contentLength}\r\nExpect: 100-continue\r\n\r\n{"a":"`,
    );
    return { socket, received: () => received };
  }
  const sent = (
    payload: string,
    authorization: string,
  ): Promise<{ statusCode: number; json: () => unknown; headers: Record<string, unknown> }> =>
    gateway.app.inject({
      method: 'POST',
      url: '/api/v1/dossiers',
      payload,
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'k' },
    });
  const large = JSON.stringify({ note: 'x'.repeat(2 * MEGABYTE) });
  const bearer = async (): Promise<string> => `Bearer ${await gateway.token('integrator')}`;
  const statusOf = async (authorization: string): Promise<number> => (await sent(large, authorization)).statusCode;

  /** A request that has ended gives its place back a moment later: who was refused for that tries again. */
  async function takeBothPlaces(authorization: string): Promise<Awaited<ReturnType<typeof begin>>[]> {
    let held: Awaited<ReturnType<typeof begin>>[] = [];
    await until(
      async () => {
        held = held.filter(({ received }) => !received().includes(' 503 '));
        while (held.length < 2) held.push(await begin(authorization));
        return (await statusOf(authorization)) === 503 && held.every(({ received }) => !received().includes(' 503 '));
      },
      15_000,
      'both places taken',
    );
    return held;
  }

  it('are read two at a time; a further one is told to come again, a small one goes on [Q21]', async () => {
    const authorization = await bearer();
    await takeBothPlaces(authorization);
    const refused = await sent(large, authorization);
    expect(refused.json()).toMatchObject({ status: 503, code: 'too-many-large-bodies' });
    expect(refused.headers['retry-after']).toBe('2');
    expect((await sent('{}', authorization)).statusCode).toBe(400);
  });

  it('give their place back when their client goes away', async () => {
    const authorization = await bearer();
    const [one] = await takeBothPlaces(authorization);
    one.socket.destroy();
    await until(async () => (await statusOf(authorization)) === 400, 5_000, 'a free place');
  });

  it('take no place for a client that may not send them', async () => {
    const strangers = await Promise.all(Array.from({ length: 4 }, () => begin('Bearer made-up')));
    for (const { received } of strangers)
      await until(() => received().includes('401'), 5_000, 'the refusal of a stranger');
    expect(await statusOf(await bearer())).toBe(400);
  });
});
