import { AppError, localInstant, localParts, type Clock, type Database } from '#platform';
import { lockUsage, placeUsage, saveUsage } from '../adapters/usage-store';
import { grantRequests, windowsOf, type Grant } from '../domain/grant-requests';
import type { Client, Quota } from '../ports';

type Counted = Pick<Client, 'id' | 'quota'>;

/** Requests that this gateway may still let through without asking, or until when it lets none through. */
interface Portion {
  left: number;
  /** The minute that it was granted for. */
  minute: number;
  /** The limits that it was granted under: changed ones count at once. */
  limits: string;
  /** When the database said that nothing is left. A refusal counts from then: a clock that was set back asks again. */
  refusedFromMs: number;
  refusedUntilMs: number;
}

const MINUTE_MS = 60_000;
const MAX_CLIENTS = 5_000;

/** Holds each client to its requests in a minute and in a day (UTC+7), all gateways together. A gateway takes portions out of the client's row:
 *  the limit is never passed, and a client without one costs nothing. What a gateway has taken and does not need is lost for that minute. */
export class RequestQuota {
  private readonly portions = new Map<string, Portion>();
  private readonly asking = new Map<string, Promise<void>>();

  constructor(private readonly deps: { db: Database; clock: Clock }) {}

  /** Counts one request of the client.
   *  @throws AppError 429 `quota-exceeded` with `retryAfterSeconds` */
  async take(client: Counted): Promise<void> {
    const { perMinute, perDay } = client.quota;
    if (perMinute === null && perDay === null) return;
    while (!this.takeOne(client)) await this.askOnce(client);
  }

  /** @returns false when the database has to be asked */
  private takeOne(client: Counted): boolean {
    const nowMs = this.deps.clock.now().getTime();
    const portion = this.portions.get(client.id);
    if (portion?.limits !== limitsText(client.quota)) return false;
    if (portion.refusedFromMs <= nowMs && nowMs < portion.refusedUntilMs)
      throw exceeded(portion.refusedUntilMs - nowMs);
    if (portion.minute !== minuteOf(nowMs) || portion.left === 0) return false;
    portion.left -= 1;
    return true;
  }

  /** Requests that come together ask together. */
  private askOnce(client: Counted): Promise<void> {
    const known = this.asking.get(client.id);
    if (known) return known;
    const asked = this.ask(client).finally(() => this.asking.delete(client.id));
    this.asking.set(client.id, asked);
    return asked;
  }

  private async ask({ id, quota }: Counted): Promise<void> {
    const now = this.deps.clock.now();
    const { granted, exhausted } = await this.grant(id, quota, now);
    const limits = limitsText(quota);
    this.portions.delete(id);
    this.portions.set(id, {
      left: granted,
      minute: minuteOf(now.getTime()),
      limits,
      refusedFromMs: now.getTime(),
      refusedUntilMs: exhausted === undefined ? 0 : endOf(exhausted, now),
    });
    if (this.portions.size > MAX_CLIENTS) this.portions.delete(this.portions.keys().next().value as string);
  }

  private grant(id: string, quota: Quota, now: Date): Promise<Grant> {
    const windows = windowsOf(now);
    return this.deps.db.run(async (tx) => {
      placeUsage(tx, id, windows);
      const grant = grantRequests(quota, await lockUsage(tx, id), windows);
      if (grant.granted > 0) saveUsage(tx, id, grant.usage);
      return grant;
    });
  }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** End of the minute, or of the day in Vietnam. */
function endOf(window: 'minute' | 'day', now: Date): number {
  if (window === 'minute') return (minuteOf(now.getTime()) + 1) * MINUTE_MS;
  const { year, month, day } = localParts(now);
  return localInstant(year, month, day + 1).getTime();
}

function limitsText({ perMinute, perDay }: Quota): string {
  return `${perMinute}/${perDay}`;
}

function exceeded(waitMs: number): AppError {
  return new AppError({
    code: 'quota-exceeded',
    disposition: 'retry',
    status: 429,
    detail: 'this client has used up its requests of the minute or of the day',
    extra: { retryAfterSeconds: Math.ceil(waitMs / 1000) },
  });
}
