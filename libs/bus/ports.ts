import type { DomainEventRecord, LoggedEvent } from './domain/event-record';

/** An event as a consumer gets it, decoded and checked. Batches keep the order of each dossier; any record may come again. */
export type BusRecord = DomainEventRecord;

export interface BatchContext {
  /** Call it between chunks of a long batch; throws when the partition was taken away: let that error pass. */
  heartbeat(): Promise<void>;
  /** Aborted when the subscription stops or the partition was taken away: return soon, what is not finished comes again. */
  signal: AbortSignal;
  /** Keeps a record of this batch that the group can never take in `bus_rejected`, with its raw bytes, so that the partition can go on without it. */
  reject(record: BusRecord, reason: string): Promise<void>;
}

export interface SubscribeOptions {
  /** Consumer group: every group gets every record; the members of one share the partitions. */
  group: string;
  /** Stores and returns (a partner is never called in here). When it returns the batch is committed; when it throws nothing is, and the batch comes again
   *  after a back-off. Runs for one batch at a time in each subscription. A batch is never empty and comes from one partition. */
  handle(batch: readonly BusRecord[], context: BatchContext): Promise<void>;
}

export interface Subscription {
  /** Ends after the running batch and gives the partitions to the others at once. */
  stop(): Promise<void>;
}

export interface EventPublisher {
  /** Hands events to the log between the parts in the given order; resolves when all are stored there. Events without a dossier are left out.
   *  Throws when it is away: nothing or a part may then be stored (at-least-once). */
  publish(events: readonly LoggedEvent[]): Promise<void>;
}

export interface EventSubscriber {
  /** Starts in the background and survives an absent broker or database. */
  subscribe(options: SubscribeOptions): Subscription;
  /** Records that this group has not handled yet (the PostgreSQL driver: at most so many). */
  lag(group: string): Promise<number>;
  /** Milliseconds since any subscription of this bus last asked successfully for records; null before the first time. */
  lastFetchAgeMs(): number | null;
}

/** The log between the parts (DESIGN §3). */
export interface Bus extends EventPublisher, EventSubscriber {
  /** Stops what is still subscribed and closes connections. */
  close(): Promise<void>;
}
