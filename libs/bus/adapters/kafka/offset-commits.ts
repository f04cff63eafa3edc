import { codeOf, type Log } from '#platform';
import type { Consumer } from './kafka-client';

export interface OffsetCommitsOptions {
  topic: string;
  group: string;
  log: Log;
  /** Between a handled record and the commit that carries it, at most. @default 200 ms */
  everyMs?: number;
}

/** Commits what was handled, all partitions in one request and not after each batch: a commit is a write of the broker, and a record that comes
 *  again does no harm (handlers keep the dossier's number). Never before the handler's transaction (law 1). */
export class OffsetCommits {
  private readonly pending = new Map<number, string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isEnded = false;

  constructor(
    private readonly consumer: Pick<Consumer, 'commitOffsets'>,
    private readonly options: OffsetCommitsOptions,
  ) {}

  /** @param offset of the last record that was handled in the partition */
  handled(partition: number, offset: string): void {
    if (this.isEnded) return;
    this.pending.set(partition, String(BigInt(offset) + 1n));
    this.flushSoon();
  }

  /** The group was joined anew: its partitions may be another member's, whose commits must not be taken back. */
  forget(): void {
    this.pending.clear();
  }

  /** Commits for the last time; what is handled after it comes again. Never rejects. */
  async end(): Promise<void> {
    this.isEnded = true;
    await this.flush();
  }

  private flushSoon(): void {
    this.timer ??= setTimeout(() => void this.flush(), this.options.everyMs ?? 200);
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
    if (this.pending.size === 0) return;
    this.running = this.commit();
    await this.running;
    this.running = undefined;
  }

  private async commit(): Promise<void> {
    const { topic, group, log } = this.options;
    const offsets = [...this.pending].map(([partition, offset]) => ({ topic, partition, offset }));
    this.pending.clear();
    try {
      await this.consumer.commitOffsets(offsets);
    } catch (error) {
      log.debug('bus.commit-failed', { group, partitions: offsets.length, code: codeOf(error) });
      if (this.isEnded) return;
      // Tried again until it is taken, or until the group is joined anew; what was handled meanwhile is newer.
      for (const { partition, offset } of offsets)
        if (!this.pending.has(partition)) this.pending.set(partition, offset);
      this.flushSoon();
    }
  }
}
