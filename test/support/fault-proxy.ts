import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ProxyLine } from './proxy-line';
import type { ProxyMode } from './proxy-mode';
import { seededRandom } from './seeded-random';

export type { ProxyMode } from './proxy-mode';

/** A TCP proxy on 127.0.0.1 whose lines can be broken while others use them: stands before PostgreSQL, the broker or a partner. */
export class FaultProxy {
  private readonly lines = new Set<ProxyLine>();
  private readonly random: () => number;
  private server: Server;
  private mode: ProxyMode = { kind: 'pass' };
  private usedPort = 0;

  private constructor(
    private readonly targetPort: () => number,
    seed: number,
  ) {
    this.random = seededRandom(seed);
    this.server = this.newServer();
  }

  /** @param target port on 127.0.0.1, asked for each connection
   *  @param seed of all that a mode leaves open, e.g. how late a piece is */
  static async before(target: number | (() => number), seed = 1): Promise<FaultProxy> {
    const proxy = new FaultProxy(typeof target === 'number' ? () => target : target, seed);
    await proxy.listen();
    return proxy;
  }

  /** The same for the whole life of the proxy, also while it refuses. */
  get port(): number {
    return this.usedPort;
  }

  /** Holds at once, for open and for new connections. */
  set(mode: ProxyMode): void {
    this.mode = mode;
    for (const line of this.lines) {
      if (mode.kind === 'cut' || (line.isSwallowed && mode.kind !== 'swallow')) line.reset();
      else line.change();
    }
  }

  /** Nobody listens any more and what was open is reset, as when the server's process has ended. Ends with `heal`. */
  refuse(): void {
    this.set({ kind: 'cut' });
    this.server.close();
  }

  /** Passes again, and listens again after `refuse`. */
  async heal(): Promise<void> {
    this.set({ kind: 'pass' });
    if (this.server.listening) return;
    this.server = this.newServer();
    await this.listen();
  }

  async stop(): Promise<void> {
    this.set({ kind: 'cut' });
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private newServer(): Server {
    return createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => this.open(client));
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.usedPort, '127.0.0.1', resolve);
    });
    this.usedPort = (this.server.address() as AddressInfo).port;
  }

  private open(client: Socket): void {
    client.on('error', () => undefined);
    if (this.mode.kind === 'cut') return void client.resetAndDestroy();
    const server = connect({ port: this.targetPort(), host: '127.0.0.1', allowHalfOpen: true });
    server.on('error', () => undefined);
    const line: ProxyLine = new ProxyLine(
      { client, server },
      () => ({ mode: this.mode, random: this.random }),
      () => this.lines.delete(line),
    );
    this.lines.add(line);
  }
}
