import { OutageLog, type Database, type Log } from '#platform';
import type { Readable } from '../domain/readable-record';
import type { BatchContext, BusRecord, SubscribeOptions } from '../ports';
import { keepRejected, type RejectedRecord } from './keep-rejected';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** How a driver reads one of its own records, and what it keeps of one that is rejected. */
export interface RecordSource<S> {
  read(source: S): Readable;
  rawOf(source: S): Omit<RejectedRecord, 'reason'>;
}

export interface SubscriberParts extends SubscribeOptions {
  db: Database;
  log: Log;
}

/** What all drivers do with a partition's batch: check each record, keep what cannot be read, call the handler with the rest, count failures. */
export class BatchRunner<S> {
  private readonly outages = new Map<number, OutageLog>();

  constructor(
    private readonly parts: SubscriberParts,
    private readonly source: RecordSource<S>,
  ) {}

  /** Throws what the handler throws, or the database when a rejected record cannot be kept: then nothing may be committed. */
  async run(sources: readonly S[], context: Omit<BatchContext, 'reject'>): Promise<void> {
    const origins = new Map<BusRecord, S>();
    for (const source of sources) {
      const read = this.source.read(source);
      if ('record' in read) origins.set(read.record, source);
      else await this.reject(source, read.reason);
    }
    if (origins.size === 0) return;
    await this.parts.handle([...origins.keys()], {
      ...context,
      reject: async (record, reason) => {
        const origin = origins.get(record);
        if (origin === undefined) throw new Error('the record is not part of this batch');
        await this.reject(origin, reason);
      },
    });
  }

  recovered(partition: number): void {
    this.outages.get(partition)?.recovered();
  }

  /** How long this partition waits before its batch comes again; the others go on. */
  backoffMs(partition: number, error: unknown): number {
    const { group, log } = this.parts;
    const outage = this.outages.get(partition) ?? new OutageLog(log, 'bus.batch', { group, partition });
    this.outages.set(partition, outage);
    return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (outage.failed(error) - 1));
  }

  private async reject(source: S, reason: string): Promise<void> {
    const { db, group, log } = this.parts;
    const raw = this.source.rawOf(source);
    await keepRejected(db, group, { ...raw, reason });
    log.error('bus.record-rejected', { group, topic: raw.topic, partition: raw.partition, offset: raw.offset, reason });
  }
}
