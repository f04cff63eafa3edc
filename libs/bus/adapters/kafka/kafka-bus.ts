import type { Database, Log } from '#platform';
import { toWire, type WireRecord } from '../../domain/cloud-event';
import type { LoggedEvent } from '../../domain/event-record';
import type { Bus, SubscribeOptions, Subscription } from '../../ports';
import { EVENTS_TOPIC } from './kafka-admin';
import { kafkaClient, murmur2Partitioner, type Admin, type Kafka, type Producer } from './kafka-client';
import { KafkaSubscription } from './kafka-subscription';

export interface KafkaBusOptions {
  /** `host:port,…` */
  brokers: string;
  /** Keeps unreadable records. */
  db: Database;
  log: Log;
  /** Shows in the broker's logs and quotas. */
  clientId: string;
  /** A consumer crashed for the third time within a minute for another reason than an absent broker: end the process, so that its supervisor starts it anew. */
  onFatal?(error: unknown): void;
  /** @default 'dossier.events' */
  topic?: string;
  /** How long records may wait while nothing is fetched before the consumer is rebuilt. @default 30_000 ms */
  stallMs?: number;
}

/** The bus on Apache Kafka (STACK §3): at-least-once, in order per key. */
export class KafkaBus implements Bus {
  private readonly kafka: Kafka;
  private readonly topic: string;
  private readonly subscriptions = new Set<KafkaSubscription>();
  private producer: Promise<Producer> | undefined;
  private admin: Promise<Admin> | undefined;

  constructor(private readonly options: KafkaBusOptions) {
    this.kafka = kafkaClient(options.brokers, options.clientId, options.log);
    this.topic = options.topic ?? EVENTS_TOPIC;
  }

  async publish(events: readonly LoggedEvent[]): Promise<void> {
    const messages = events.map(toWire).filter((record): record is WireRecord => record !== null);
    if (messages.length === 0) return;
    this.producer ??= this.connectProducer();
    try {
      await (await this.producer).send({ topic: this.topic, acks: -1, timeout: 10_000, messages });
    } catch (error) {
      await this.forgetProducer();
      throw error;
    }
  }

  subscribe(options: SubscribeOptions): Subscription {
    const { db, log, onFatal, stallMs } = this.options;
    const subscription = new KafkaSubscription({
      ...options,
      kafka: this.kafka,
      topic: this.topic,
      db,
      log,
      lag: () => this.lag(options.group),
      onFatal: onFatal ?? (() => undefined),
      stallMs: stallMs ?? 30_000,
    });
    this.subscriptions.add(subscription);
    subscription.start();
    return {
      stop: async () => {
        this.subscriptions.delete(subscription);
        await subscription.stop();
      },
    };
  }

  async lag(groupId: string): Promise<number> {
    this.admin ??= this.connectAdmin();
    try {
      const admin = await this.admin;
      const ends = await admin.fetchTopicOffsets(this.topic);
      const [committed] = await admin.fetchOffsets({ groupId, topics: [this.topic] });
      const nextOf = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return ends.reduce(
        (sum, { partition, low, high }) =>
          sum + Math.max(0, Number(high) - Math.max(Number(low), nextOf.get(partition) ?? 0)),
        0,
      );
    } catch (error) {
      await this.forgetAdmin();
      throw error;
    }
  }

  lastFetchAgeMs(): number | null {
    const ages = [...this.subscriptions].map((subscription) => subscription.lastFetchAgeMs());
    return ages.length === 0 ? null : Math.max(...ages);
  }

  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
    this.subscriptions.clear();
    await Promise.all([this.forgetProducer(), this.forgetAdmin()]);
  }

  /** Several requests in flight could be stored in another order after a retry: one at a time, throughput comes from batches. */
  private async connectProducer(): Promise<Producer> {
    const producer = this.kafka.producer({
      createPartitioner: murmur2Partitioner,
      allowAutoTopicCreation: false,
      idempotent: false,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    return producer;
  }

  private async connectAdmin(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  private async forgetProducer(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private async forgetAdmin(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}
