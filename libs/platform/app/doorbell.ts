import { Client } from 'pg';
import { randomUUID } from 'node:crypto';
import { AppError } from '../domain/errors';
import type { Log } from './log';
import { OutageLog } from './outage-log';

export type DoorbellChannel = 'outbox' | 'event-log' | 'lanes' | 'reply-rules';

export interface DoorbellOptions {
  /** @default 50 ms between two notifications by this process */
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
 *  NOTIFY serialises commits (STACK §4), so it runs on one dedicated connection, outside any transaction, at most once in `throttleMs` for all channels.
 *  Without `start()` it rings in this process only. */
export class Doorbell {
  private readonly waiters = new Map<DoorbellChannel, Set<Waiter>>();
  /** Set for `throttleMs` after a notification. */
  private quiet: NodeJS.Timeout | undefined;
  /** Channels rung and not notified yet. */
  private readonly pending = new Set<DoorbellChannel>();
  private readonly sender = randomUUID();
  private readonly outage: OutageLog;
  private client: Client | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private retryMs: number;
  private isStarted = false;

  constructor(
    private readonly url: string,
    log: Log,
    private readonly options: DoorbellOptions = {},
  ) {
    this.outage = new OutageLog(log, 'doorbell');
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
    clearTimeout(this.quiet);
    this.quiet = undefined;
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
    if (!this.quiet) this.notify();
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

  /** One notification of all channels now, and then silence for `throttleMs`; what rings meanwhile is notified at the end of it. */
  private notify(): void {
    const client = this.client;
    if (!client || this.pending.size === 0) return;
    const channels = [...this.pending];
    this.pending.clear();
    this.quiet = setTimeout(() => {
      this.quiet = undefined;
      this.notify();
    }, this.options.throttleMs ?? 50);
    this.quiet.unref();
    client.query('select pg_notify($1, $2)', [PG_CHANNEL, [this.sender, ...channels].join(' ')]).catch(() => {
      for (const channel of channels) this.pending.add(channel);
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
      this.outage.failed(error);
      await client.end().catch(() => undefined);
      this.retryLater();
      return;
    }
    if (!this.isStarted) return void (await client.end());
    this.client = client;
    this.outage.recovered();
    this.retryMs = this.options.reconnectMs ?? 100;
    // What was rung by others while nobody listened is lost: everyone looks once.
    for (const channel of this.waiters.keys()) this.wakeLocal(channel);
    if (!this.quiet) this.notify();
  }

  private onNotification(payload: string): void {
    const [sender, ...channels] = payload.split(' ');
    if (sender !== this.sender) for (const channel of channels) this.wakeLocal(channel as DoorbellChannel);
  }

  private drop(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.outage.failed(new AppError({ code: 'connection-lost', disposition: 'retry' }));
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
