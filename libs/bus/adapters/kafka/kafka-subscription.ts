import { AppError, codeOf, OutageLog, pause } from '#platform';
import type { SubscriberParts } from '../../app/batch-runner';
import { EachBatch } from './each-batch';
import type { Consumer, Kafka } from './kafka-client';
import { OffsetCommits } from './offset-commits';

export interface KafkaSubscriptionOptions extends SubscriberParts {
  kafka: Kafka;
  topic: string;
  lag(): Promise<number>;
  onFatal(error: unknown): void;
  stallMs: number;
}

const CRASH_WINDOW_MS = 60_000;
const CRASHES_TO_GIVE_UP = 3;
const MAX_BACKOFF_MS = 10_000;
/** A consumer whose broker does not answer may not hold up a shutdown. */
const DISCONNECT_DEADLINE_MS = 10_000;

/** One member of one group, rebuilt whenever kafkajs gives up or stands still (STACK §3: tulios/kafkajs#1443, #1513, #659, #1593). */
export class KafkaSubscription {
  private readonly abort = new AbortController();
  private consumer: Consumer | undefined;
  private eachBatch: EachBatch | undefined;
  private commits: OffsetCommits | undefined;
  private lastFetchAt = performance.now();
  private joinedAt = performance.now();
  private crashesAt: number[] = [];
  private readonly outage: OutageLog;
  private rebuilds = 0;
  private building: Promise<void> | undefined;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(private readonly options: KafkaSubscriptionOptions) {
    this.outage = new OutageLog(options.log, 'bus.consumer', { group: options.group });
  }

  start(): void {
    this.rebuild(0);
    this.watchdog = setInterval(() => void this.checkStall(), this.options.stallMs / 3);
  }

  lastFetchAgeMs(): number {
    return performance.now() - this.lastFetchAt;
  }

  async stop(): Promise<void> {
    this.abort.abort();
    clearInterval(this.watchdog);
    await this.building;
    await this.release();
  }

  /** One rebuild at a time: a crash that comes during another changes nothing. */
  private rebuild(delayMs: number): void {
    if (this.building || this.abort.signal.aborted) return;
    this.building = this.build(delayMs).finally(() => (this.building = undefined));
  }

  private async build(delayMs: number): Promise<void> {
    let waitMs = delayMs;
    while (!this.abort.signal.aborted) {
      await pause(waitMs, this.abort.signal);
      await this.release();
      if (this.abort.signal.aborted) return;
      try {
        return await this.join();
      } catch (error) {
        this.outage.failed(named(error));
        waitMs = this.nextBackoffMs();
      }
    }
  }

  private async join(): Promise<void> {
    const { kafka, group, topic } = this.options;
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      rebalanceTimeout: 20_000,
      maxBytesPerPartition: 512 * 1024,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5, restartOnFailure: async () => false },
    });
    const commits = new OffsetCommits(consumer, this.options);
    const eachBatch = new EachBatch(this.options, commits, this.abort.signal);
    this.consumer = consumer;
    this.eachBatch = eachBatch;
    this.commits = commits;
    consumer.on('consumer.group_join', () => commits.forget());
    consumer.on('consumer.fetch', () => this.onFetch(consumer));
    consumer.on('consumer.crash', ({ payload }) => this.onCrash(consumer, payload.error));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    // A failed join does not reject here: kafkajs reports it as a crash.
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => eachBatch.run(payload),
    });
    this.joinedAt = performance.now();
  }

  private onFetch(consumer: Consumer): void {
    if (consumer !== this.consumer) return;
    this.lastFetchAt = performance.now();
    this.rebuilds = 0;
    this.outage.recovered();
  }

  private onCrash(consumer: Consumer, error: Error): void {
    if (consumer !== this.consumer || this.abort.signal.aborted) return;
    if (isBrokerAway(error)) this.outage.failed(named(error));
    else this.countCrash(error);
    const waitMs = this.nextBackoffMs();
    // A crash may be reported while `join` has not returned yet: that build is over then.
    void Promise.resolve(this.building).then(() => this.rebuild(waitMs));
  }

  private countCrash(error: Error): void {
    this.options.log.warn('bus.consumer-crashed', { group: this.options.group, code: nameOf(error) });
    const now = performance.now();
    this.crashesAt = [...this.crashesAt.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (this.crashesAt.length < CRASHES_TO_GIVE_UP) return;
    this.crashesAt = [];
    this.options.log.error('bus.consumer-given-up', { group: this.options.group, code: nameOf(error) });
    this.options.onFatal(error);
  }

  private async checkStall(): Promise<void> {
    const { group, lag, stallMs, log } = this.options;
    if (!this.isSilent()) return;
    // Without an answer the broker is away: kafkajs reports that by itself.
    const behind = await lag().catch(() => 0);
    if (behind === 0 || !this.isSilent()) return;
    log.warn('bus.consumer-stalled', { group, behind, stallMs });
    this.rebuild(0);
  }

  private isSilent(): boolean {
    const since = Math.max(this.lastFetchAt, this.joinedAt);
    return !this.building && !this.eachBatch?.isHandling && performance.now() - since >= this.options.stallMs;
  }

  private nextBackoffMs(): number {
    this.rebuilds += 1;
    return Math.min(MAX_BACKOFF_MS, 100 * 2 ** this.rebuilds);
  }

  private async release(): Promise<void> {
    const { consumer, commits } = this;
    this.eachBatch?.end();
    this.consumer = undefined;
    this.eachBatch = undefined;
    this.commits = undefined;
    if (!consumer) return;
    const deadline = new AbortController();
    const left = Promise.resolve(commits?.end())
      .then(() => consumer.disconnect())
      .catch((error: unknown) => this.options.log.debug('bus.consumer-left-badly', { code: codeOf(error) }));
    await Promise.race([left, pause(DISCONNECT_DEADLINE_MS, deadline.signal)]);
    deadline.abort();
  }
}

/** kafkajs marks errors that a broker's return can heal; those never count towards giving up. */
function isBrokerAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' || error.name === 'KafkaJSConnectionError') return true;
  return ('retriable' in error && error.retriable === true) || isBrokerAway(error.cause);
}

function named(error: unknown): AppError {
  return new AppError({ code: nameOf(error), disposition: 'retry', cause: error });
}

function nameOf(error: unknown): string {
  const type =
    typeof error === 'object' && error !== null && 'type' in error && typeof error.type === 'string'
      ? error.type
      : undefined;
  return type ?? (error instanceof Error ? error.name : 'unexpected');
}
