import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import { codeOf } from '../domain/errors';
import type { Log } from './log';

export type DoorbellChannel = 'outbox' | 'event-log' | 'lanes' | 'feed';

export interface DoorbellOptions {
  /** @default 50 ms between two notifications of one channel by this process */
  throttleMs?: number;
  /** First pause before a lost connection is opened again; doubles up to 5 s. @default 100 ms */
  reconnectMs?: number;
  /** @default 'lienthong-doorbell' */
  applicationName?: string;
}

type Waiter = () => void;

const PG_CHANNEL = 'lienthong_doorbell';
const MAX_RECONNECT_MS = 5_000;

/** Wakes loops in this process at once and in other processes over LISTEN/NOTIFY. It is never the guarantee: whoever waits also polls.
 *  NOTIFY serialises commits (STACK §4), so it runs on one dedicated connection, outside any transaction, at most once per channel and `throttleMs`.
 *  Without `start()` it rings in this process only. */
export class Doorbell {
  private readonly waiters = new Map<DoorbellChannel, Set<Waiter>>();
  /** Channels notified less than `throttleMs` ago. */
  private readonly quiet = new Map<DoorbellChannel, NodeJS.Timeout>();
  /** Channels rung and not notified yet. */
  private readonly pending = new Set<DoorbellChannel>();
  private readonly sender = randomUUID();
  private client: Client | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private retryMs: number;
  private isStarted = false;

  constructor(
    private readonly url: string,
    private readonly log: Log,
    private readonly options: DoorbellOptions = {},
  ) {
    this.retryMs = options.reconnectMs ?? 100;
  }

  /** Opens the dedicated connection; a database that is away is tried again in the background. */
  async start(): Promise<void> {
    if (this.isStarted) return;
    this.isStarted = true;
    await this.connect();
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    clearTimeout(this.retryTimer);
    for (const timer of this.quiet.values()) clearTimeout(timer);
    this.quiet.clear();
    this.pending.clear();
    for (const channel of this.waiters.keys()) this.wakeLocal(channel);
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Call it after the commit that others should look at; returns at once. */
  ring(channel: DoorbellChannel): void {
    this.wakeLocal(channel);
    if (!this.isStarted) return;
    this.pending.add(channel);
    if (!this.quiet.has(channel)) this.notify(channel);
  }

  /** True when rung, false when `timeoutMs` passed or `signal` was aborted; never rejects. */
  wait(channel: DoorbellChannel, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const end = (isRung: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.waiters.get(channel)?.delete(onRing);
        resolve(isRung);
      };
      const onRing = (): void => end(true);
      const onAbort = (): void => end(false);
      const timer = setTimeout(() => end(false), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      const waiting = this.waiters.get(channel) ?? new Set<Waiter>();
      this.waiters.set(channel, waiting.add(onRing));
    });
  }

  private wakeLocal(channel: DoorbellChannel): void {
    for (const wake of [...(this.waiters.get(channel) ?? [])]) wake();
  }

  /** One notification now, and then silence on the channel for `throttleMs`; what rings meanwhile is notified once at the end of it. */
  private notify(channel: DoorbellChannel): void {
    const client = this.client;
    if (!client) return;
    this.pending.delete(channel);
    const timer = setTimeout(() => {
      this.quiet.delete(channel);
      if (this.pending.has(channel)) this.notify(channel);
    }, this.options.throttleMs ?? 50);
    timer.unref();
    this.quiet.set(channel, timer);
    client.query('select pg_notify($1, $2)', [PG_CHANNEL, `${this.sender} ${channel}`]).catch(() => {
      this.pending.add(channel);
      this.drop(client);
    });
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      application_name: this.options.applicationName ?? 'lienthong-doorbell',
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    client.on('error', () => this.drop(client));
    client.on('end', () => this.drop(client));
    client.on('notification', (message) => this.onNotification(message.payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${PG_CHANNEL}`);
    } catch (error) {
      this.log.warn('doorbell.connection-failed', { code: codeOf(error) });
      await client.end().catch(() => undefined);
      this.retryLater();
      return;
    }
    if (!this.isStarted) return void (await client.end());
    this.client = client;
    this.retryMs = this.options.reconnectMs ?? 100;
    // What was rung by others while nobody listened is lost: everyone looks once.
    for (const channel of this.waiters.keys()) this.wakeLocal(channel);
    for (const channel of [...this.pending]) if (!this.quiet.has(channel)) this.notify(channel);
  }

  private onNotification(payload: string): void {
    const [sender, channel] = payload.split(' ');
    if (sender !== this.sender) this.wakeLocal(channel as DoorbellChannel);
  }

  private drop(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.log.warn('doorbell.connection-lost');
    client.end().catch(() => undefined);
    this.retryLater();
  }

  private retryLater(): void {
    if (!this.isStarted) return;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, MAX_RECONNECT_MS);
  }
}
