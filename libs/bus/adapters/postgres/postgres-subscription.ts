import { AppError, codeOf, type Doorbell, type NextStep, pause, StepLoop } from '#platform';
import { randomUUID } from 'node:crypto';
import { BatchRunner, type SubscriberParts } from '../../app/batch-runner';
import type { LoggedEvent } from '../../domain/event-record';
import { partitionOf } from '../../domain/partition-of';
import { readableRecord } from '../../domain/readable-record';
import { LEASE_MS, PartitionLeases } from './partition-leases';
import { cohorts, readSegment, type Cohort } from './read-segment';

export interface PostgresSubscriptionOptions extends SubscriberParts {
  doorbell: Doorbell | undefined;
  onFetch(): void;
}

const SHARE_EVERY_MS = 2_000;
const BATCH = 500;
const MAX_IDLE_MS = 200;
const TOPIC = 'event_log';

/** One member of one group: reads the event log for the partitions it leases, a batch per partition, and moves that partition's cursor afterwards. */
export class PostgresSubscription {
  private readonly leases: PartitionLeases;
  private readonly loop: StepLoop;
  private cursors = new Map<number, number>();
  private sharedAt = Number.NEGATIVE_INFINITY;
  /** When the leases were last renewed for certain; after {@link LEASE_MS} they may be another's. */
  private renewedAt = Number.NEGATIVE_INFINITY;
  private readonly runner: BatchRunner<LoggedEvent>;
  /** Partitions whose handler failed → when they may be tried again. */
  private readonly heldBack = new Map<number, number>();

  constructor(private readonly options: PostgresSubscriptionOptions) {
    this.leases = new PartitionLeases(options.db, options.group, randomUUID());
    this.runner = new BatchRunner(options, { read: readableRecord, rawOf });
    this.loop = new StepLoop({
      name: 'bus.subscription',
      log: options.log,
      step: (signal) => this.round(signal),
      idle: (idleSteps, signal) => this.idle(idleSteps, signal),
    });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    // A database that is away frees the leases by itself.
    await this.leases
      .leave()
      .catch((error: unknown) => this.options.log.debug('bus.member-left-badly', { code: codeOf(error) }));
  }

  private idle(idleSteps: number, signal: AbortSignal): Promise<unknown> {
    const idleMs = Math.min(MAX_IDLE_MS, 5 * 2 ** idleSteps);
    return this.options.doorbell ? this.options.doorbell.wait('event-log', idleMs, signal) : pause(idleMs, signal);
  }

  private async round(signal: AbortSignal): Promise<NextStep> {
    if (performance.now() - this.sharedAt >= SHARE_EVERY_MS) await this.share();
    const now = performance.now();
    const ready = new Map([...this.cursors].filter(([partition]) => (this.heldBack.get(partition) ?? 0) <= now));
    const groups = cohorts(ready);
    let isBusy = false;
    for (const [index, cohort] of groups.entries()) {
      const next = groups[index + 1];
      const hasMoved = await this.takeCohort(cohort, next?.position ?? Number.MAX_SAFE_INTEGER, signal);
      isBusy ||= hasMoved;
      // Whoever caught up with the next cohort goes on with it, or the two would read the log twice for ever.
      next?.partitions.push(...cohort.partitions.filter((partition) => this.cursors.get(partition) === next.position));
    }
    return isBusy ? 'again' : 'wait';
  }

  /** One read for all partitions that stand at one position; false when there was nothing. */
  private async takeCohort({ position, partitions }: Cohort, upTo: number, signal: AbortSignal): Promise<boolean> {
    const segment = await readSegment(this.options.db, position, upTo, BATCH);
    this.options.onFetch();
    if (segment.scannedTo === position) return false;
    for (const partition of partitions) {
      const events = segment.byPartition.get(partition);
      if (events && this.mayHandle(signal)) await this.take(partition, events, segment.scannedTo, signal);
    }
    await this.advance(
      partitions.filter((partition) => !segment.byPartition.has(partition)),
      segment.scannedTo,
    );
    return true;
  }

  private async share(): Promise<void> {
    const before = performance.now();
    this.cursors = await this.leases.share();
    this.sharedAt = before;
    this.renewedAt = before;
  }

  /** A process that was frozen looks at its leases first, like one that was told to stop handles no more. */
  private mayHandle(signal: AbortSignal): boolean {
    return !signal.aborted && performance.now() - this.renewedAt < LEASE_MS;
  }

  private async take(
    partition: number,
    events: readonly LoggedEvent[],
    scannedTo: number,
    signal: AbortSignal,
  ): Promise<void> {
    const lost = new AbortController();
    try {
      await this.runner.run(events, {
        signal: AbortSignal.any([signal, lost.signal]),
        heartbeat: () => this.renew(partition, lost),
      });
    } catch (error) {
      if (lost.signal.aborted || signal.aborted) return;
      this.heldBack.set(partition, performance.now() + this.runner.backoffMs(partition, error));
      return;
    }
    this.runner.recovered(partition);
    await this.advance([partition], scannedTo);
  }

  private async renew(partition: number, lost: AbortController): Promise<void> {
    const before = performance.now();
    if (before - this.renewedAt < SHARE_EVERY_MS) return;
    const held = await this.leases.advance([...this.cursors.keys()], null);
    if (held.has(partition)) {
      this.renewedAt = before;
      return;
    }
    this.cursors.delete(partition);
    lost.abort();
    throw new AppError({ code: 'partition-lost', disposition: 'retry' });
  }

  /** What is not held any more is forgotten: its new owner starts where the cursor stands. */
  private async advance(partitions: readonly number[], position: number): Promise<void> {
    if (partitions.length === 0) return;
    const held = await this.leases.advance(partitions, position);
    for (const partition of partitions) {
      if (held.has(partition)) this.cursors.set(partition, position);
      else this.cursors.delete(partition);
    }
  }
}

function rawOf(event: LoggedEvent) {
  const key = event.dossierId ?? '';
  return {
    topic: TOPIC,
    partition: partitionOf(key),
    offset: String(event.position),
    key: Buffer.from(key),
    headers: {},
    value: Buffer.from(JSON.stringify(event)),
  };
}
