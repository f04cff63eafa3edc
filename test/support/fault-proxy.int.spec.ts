import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy';
import { nextStep } from './proxy-mode';
import { seededRandom } from './seeded-random';
import { until } from './until';

describe('the fault proxy', () => {
  let echo: Server;
  let proxy: FaultProxy;
  const open = new Set<Socket>();

  beforeEach(async () => {
    echo = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).pipe(socket);
    });
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    proxy = await FaultProxy.before((echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const socket of open) socket.destroy();
    open.clear();
    await proxy.stop();
    await new Promise((resolve) => echo.close(resolve));
  });

  function client(): { socket: Socket; received(): string; isClosed(): boolean } {
    const socket = connect(proxy.port, '127.0.0.1');
    let text = '';
    let isClosed = false;
    open.add(socket);
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => undefined).once('close', () => (isClosed = true));
    return { socket, received: () => text, isClosed: () => isClosed };
  }

  it('passes bytes both ways, large ones too, and the end of a connection', async () => {
    const { socket, received, isClosed } = client();
    const large = 'x'.repeat(3_000_000);
    socket.write(large);
    await until(() => received().length === large.length, 10_000, 'the echo');
    expect(received()).toBe(large);
    socket.end();
    await until(isClosed, 5_000, 'the end');
  });

  it('cuts what is open, refuses what comes, and passes again', async () => {
    const before = client();
    before.socket.write('a');
    await until(() => before.received() === 'a', 5_000, 'the echo');
    proxy.set({ kind: 'cut' });
    await until(before.isClosed, 5_000, 'the cut');
    const during = client();
    await until(during.isClosed, 5_000, 'the refusal');
    proxy.set({ kind: 'pass' });
    const after = client();
    after.socket.write('b');
    await until(() => after.received() === 'b', 5_000, 'the echo after the cut');
  });

  it('stalls open and new connections without closing them, and loses nothing of what was written meanwhile', async () => {
    const before = client();
    before.socket.write('a');
    await until(() => before.received() === 'a', 5_000, 'the echo');
    proxy.set({ kind: 'stall' });
    const during = client();
    before.socket.write('b');
    during.socket.write('c');
    await roundElsewhere();
    expect([before.received(), during.received(), before.isClosed(), during.isClosed()]).toEqual([
      'a',
      '',
      false,
      false,
    ]);
    proxy.set({ kind: 'pass' });
    await until(() => before.received() === 'ab' && during.received() === 'c', 5_000, 'what was held back');
  });

  it('drops a connection after so many bytes came back', async () => {
    proxy.set({ kind: 'drop', afterBytes: 4 });
    const { socket, received, isClosed } = client();
    socket.write('abcdefgh');
    await until(isClosed, 5_000, 'the cut');
    expect(received()).toBe('abcd');
  });

  it('drops a connection after so many bytes went to the server: no more than these arrive', async () => {
    const atServer: Buffer[] = [];
    echo.on('connection', (socket: Socket) => socket.on('data', (chunk: Buffer) => atServer.push(chunk)));
    proxy.set({ kind: 'drop', afterBytes: 4, way: 'forth' });
    const { socket, isClosed } = client();
    socket.write('abcdefgh');
    await until(isClosed, 5_000, 'the cut');
    await until(() => Buffer.concat(atServer).length >= 4, 5_000, 'what went to the server');
    expect(Buffer.concat(atServer).toString()).toBe('abcd');
  });

  it('counts the bytes of a drop from the moment it was set', async () => {
    const { socket, received, isClosed } = client();
    socket.write('abcdefgh');
    await until(() => received() === 'abcdefgh', 5_000, 'the echo');
    proxy.set({ kind: 'drop', afterBytes: 2 });
    socket.write('ijk');
    await until(isClosed, 5_000, 'the cut');
    expect(received()).toBe('abcdefghij');
  });

  it('holds pieces back, whole and in order, and lets go at once what it held when it is healed', async () => {
    proxy.set({ kind: 'late', minMs: 40, maxMs: 80 });
    const { socket, received } = client();
    const sentAtMs = performance.now();
    socket.write('a');
    await until(() => received() === 'a', 5_000, 'the echo');
    // Once forth and once back: a timer may be a millisecond early.
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(78);
    proxy.set({ kind: 'late', minMs: 3_600_000, maxMs: 3_600_001 });
    socket.write('b');
    const other = client();
    other.socket.write('c');
    await proxy.heal();
    await until(() => received() === 'ab' && other.received() === 'c', 5_000, 'what was held back');
  });

  it('drips a few bytes at a time', async () => {
    const pieces: string[] = [];
    proxy.set({ kind: 'drip', bytes: 3, everyMs: 5 });
    const { socket, received } = client();
    socket.on('data', (chunk: Buffer) => pieces.push(chunk.toString()));
    socket.write('abcdefgh');
    await until(() => received() === 'abcdefgh', 5_000, 'the drops');
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(8);
  });

  it('swallows: accepts, answers nothing and says no end; what was swallowed on is reset afterwards', async () => {
    const before = client();
    before.socket.write('a');
    await until(() => before.received() === 'a', 5_000, 'the echo');
    proxy.set({ kind: 'swallow' });
    const during = client();
    before.socket.write('b');
    during.socket.write('c');
    await once(during.socket, 'connect');
    // The server ends its side, and that is not told either.
    for (const socket of open) if (socket.localPort === (echo.address() as AddressInfo).port) socket.end('bye');
    await roundElsewhere();
    expect([before.isClosed(), during.isClosed(), before.received(), during.received()]).toEqual([
      false,
      false,
      'a',
      '',
    ]);
    await proxy.heal();
    await until(() => before.isClosed() && during.isClosed(), 5_000, 'the reset of what was swallowed on');
    const after = client();
    after.socket.write('d');
    await until(() => after.received() === 'd', 5_000, 'the echo after healing');
    expect([before.received(), during.received()]).toEqual(['a', '']);
  });

  it('refuses like a server that is gone, and listens on the same port when it is healed', async () => {
    const before = client();
    before.socket.write('a');
    await until(() => before.received() === 'a', 5_000, 'the echo');
    const { port } = proxy;
    proxy.refuse();
    await until(before.isClosed, 5_000, 'the reset');
    const [error] = (await once(connect(port, '127.0.0.1'), 'error').catch((cause: unknown) => [cause])) as [
      NodeJS.ErrnoException,
    ];
    expect(error.code).toBe('ECONNREFUSED');
    await proxy.heal();
    expect(proxy.port).toBe(port);
    const after = client();
    after.socket.write('b');
    await until(() => after.received() === 'b', 5_000, 'the echo after the refusal');
  });

  it('is as late for the same seed as before', () => {
    const waits = (seed: number): unknown[] => {
      const random = seededRandom(seed);
      const bytes = { way: 'back', waiting: 10, passed: 0 } as const;
      return Array.from({ length: 8 }, () => nextStep({ kind: 'late', minMs: 0, maxMs: 1_000 }, bytes, random));
    };
    expect(waits(7)).toEqual(waits(7));
    expect(waits(7)).not.toEqual(waits(8));
  });

  /** A round through another proxy takes longer than a few bytes would need. */
  async function roundElsewhere(): Promise<void> {
    const other = await FaultProxy.before((echo.address() as AddressInfo).port);
    const probe = connect(other.port, '127.0.0.1').on('error', () => undefined);
    open.add(probe);
    probe.write('probe');
    await once(probe, 'data');
    await other.stop();
  }
});
