import type { Database, Doorbell, Log } from '#platform';
import { PARTITIONS } from '../../domain/partition-of';
import type { Bus, SubscribeOptions, Subscription } from '../../ports';
import { PostgresSubscription } from './postgres-subscription';

export interface PostgresBusOptions {
  db: Database;
  /** Wakes readers before their poll. @default none: they look every 200 ms */
  doorbell?: Doorbell | undefined;
  log: Log;
}

/** Counting stops here: further behind than this is "very far" for whoever asks. */
const LAG_CEILING = 100_000;

const LAG = `
select count(*) as behind from (
  select from event_log
  where dossier_id is not null
    and position > (select case when count(*) < $2 then 0 else min(position) end from bus_cursor where consumer = $1)
  limit $3
) as unread`;

/** The bus without a broker: consumers read the event log by position, one cursor per group and partition (STACK §3). */
export class PostgresBus implements Bus {
  private readonly subscriptions = new Set<PostgresSubscription>();
  private readonly lastFetchAt = new Map<PostgresSubscription, number>();

  constructor(private readonly options: PostgresBusOptions) {}

  /** The event log is the bus already: there is nothing to hand over, and no relay to run. */
  async publish(): Promise<void> {}

  subscribe(options: SubscribeOptions): Subscription {
    const { db, doorbell, log } = this.options;
    const subscription: PostgresSubscription = new PostgresSubscription({
      ...options,
      db,
      doorbell,
      log,
      onFetch: () => this.lastFetchAt.set(subscription, performance.now()),
    });
    this.subscriptions.add(subscription);
    this.lastFetchAt.set(subscription, performance.now());
    subscription.start();
    return { stop: () => this.end(subscription) };
  }

  /** Counted from the partition that stands lowest, so it may be more than what is really unread; never less. */
  async lag(group: string): Promise<number> {
    const [row] = await this.options.db.query<{ behind: string }>(LAG, [group, PARTITIONS, LAG_CEILING]);
    return Number(row?.behind ?? 0);
  }

  lastFetchAgeMs(): number | null {
    const oldest = Math.min(...this.lastFetchAt.values());
    return Number.isFinite(oldest) ? performance.now() - oldest : null;
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => this.end(subscription)));
  }

  private async end(subscription: PostgresSubscription): Promise<void> {
    this.subscriptions.delete(subscription);
    await subscription.stop();
    this.lastFetchAt.delete(subscription);
  }
}
