import type { Socket } from 'node:net';
import type { ProxyRule } from './proxy-mode';
import { ProxyWay } from './proxy-way';

/** One connection of a client and the one that was opened for it. */
export class ProxyLine {
  /** Bytes or an end were lost on it: whatever came later would be no true continuation. */
  isSwallowed = false;
  private readonly ways: readonly ProxyWay[];
  private readonly end = new AbortController();

  constructor(
    private readonly sockets: { client: Socket; server: Socket },
    readonly rule: () => ProxyRule,
    private readonly onEnd: () => void,
  ) {
    const { client, server } = sockets;
    for (const socket of [client, server]) socket.setNoDelay(true).once('close', () => this.close());
    this.ways = [new ProxyWay('forth', client, server, this), new ProxyWay('back', server, client, this)];
  }

  get isEnded(): boolean {
    return this.end.signal.aborted;
  }

  change(): void {
    for (const way of this.ways) way.change();
  }

  close(): void {
    // A half-open line says no end, whatever the other side does.
    if (this.rule().mode.kind === 'swallow') return void (this.isSwallowed = true);
    if (this.isEnded) return;
    this.ended();
    this.sockets.client.destroy();
    this.sockets.server.destroy();
  }

  reset(): void {
    this.ended();
    this.sockets.client.resetAndDestroy();
    this.sockets.server.destroy();
  }

  private ended(): void {
    this.end.abort();
    this.change();
    this.onEnd();
  }
}
