import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy';
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
    // A round through another proxy takes longer than these bytes would need.
    const other = await FaultProxy.before((echo.address() as AddressInfo).port);
    const probe = connect(other.port, '127.0.0.1');
    open.add(probe);
    probe.write('probe');
    await once(probe, 'data');
    await other.stop();
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
});
