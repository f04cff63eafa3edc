import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What becomes of bytes between a client and the server behind the proxy:
 *  `pass` lets all through · `cut` resets what is open and what comes · `stall` keeps connections open and lets nothing through ·
 *  `drop` cuts a connection once so many bytes have come back from the server, counted from now. */
export type ProxyMode = { kind: 'pass' } | { kind: 'cut' } | { kind: 'stall' } | { kind: 'drop'; afterBytes: number };

interface Line {
  client: Socket;
  server: Socket;
  /** Bytes from the server since the mode began. */
  bytesBack: number;
}

/** A TCP proxy on 127.0.0.1 whose lines can be broken while others use them: stands before PostgreSQL, the broker or a partner. */
export class FaultProxy {
  private readonly lines = new Set<Line>();
  private readonly server: Server;
  private mode: ProxyMode = { kind: 'pass' };

  private constructor(private readonly targetPort: () => number) {
    this.server = createServer({ pauseOnConnect: true }, (client) => this.open(client));
  }

  /** @param target port on 127.0.0.1, asked for each connection */
  static async before(target: number | (() => number)): Promise<FaultProxy> {
    const proxy = new FaultProxy(typeof target === 'number' ? () => target : target);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Holds at once, for open and for new connections. */
  set(mode: ProxyMode): void {
    this.mode = mode;
    for (const line of this.lines) {
      line.bytesBack = 0;
      if (mode.kind === 'cut') end(line);
      else this.flow(line);
    }
  }

  async stop(): Promise<void> {
    this.set({ kind: 'cut' });
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private open(client: Socket): void {
    client.on('error', () => undefined);
    if (this.mode.kind === 'cut') return void client.resetAndDestroy();
    const line: Line = { client, server: connect(this.targetPort(), '127.0.0.1'), bytesBack: 0 };
    const { server } = line;
    server.on('error', () => undefined);
    this.lines.add(line);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.once('close', () => {
        this.lines.delete(line);
        end(line);
      });
    }
    client.on('data', (chunk) => this.forward(line, chunk, server));
    server.on('data', (chunk: Buffer) => this.answer(line, chunk));
    client.once('end', () => server.end());
    server.once('end', () => client.end());
    this.flow(line);
  }

  private answer(line: Line, chunk: Buffer): void {
    line.bytesBack += chunk.length;
    const { mode } = this;
    if (mode.kind !== 'drop' || line.bytesBack < mode.afterBytes) return this.forward(line, chunk, line.client);
    const isWithin = Math.max(0, chunk.length - (line.bytesBack - mode.afterBytes));
    line.server.pause();
    line.client.write(chunk.subarray(0, isWithin), () => end(line));
  }

  private forward(line: Line, chunk: Buffer | string, to: Socket): void {
    if (to.write(chunk)) return;
    const from = to === line.client ? line.server : line.client;
    from.pause();
    to.once('drain', () => this.flow(line));
  }

  /** A paused socket holds its bytes back until it is resumed. */
  private flow({ client, server }: Line): void {
    for (const socket of [client, server]) {
      if (this.mode.kind === 'stall') socket.pause();
      else socket.resume();
    }
  }
}

function end({ client, server }: Line): void {
  client.destroy();
  server.destroy();
}
