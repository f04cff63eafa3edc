import { randomUUID } from 'node:crypto';
import { AppError, pause, type Log } from '#platform';
import { CHECKPOINTS_TOPIC, forgetGroup } from './kafka-admin';
import { kafkaClient, murmur2Partitioner, type Kafka, type Producer } from './kafka-client';

/** Two that publish at once may come in either order, and other logs may publish between: the newest is among so many. */
const LOOK_BACK = 200;
const READ_DEADLINE_MS = 20_000;

export interface CheckpointTopicOptions {
  /** `host:port,…` */
  brokers: string;
  clientId: string;
  log: Log;
  /** Name of the log: the key of its records. Those of other logs on the same broker are left alone. */
  origin: string;
  /** @default 'synclog.checkpoints' */
  topic?: string;
}

/** Checkpoints of the sync log as records of their own topic: whoever reads it keeps what we have published. */
export class CheckpointTopic {
  readonly name = 'kafka';
  private readonly kafka: Kafka;
  private readonly topic: string;
  private readonly origin: string;
  private producer: Promise<Producer> | undefined;

  constructor({ brokers, clientId, log, origin, topic }: CheckpointTopicOptions) {
    this.origin = origin;
    this.kafka = kafkaClient(brokers, clientId, log);
    this.topic = topic ?? CHECKPOINTS_TOPIC;
  }

  /** @throws what the broker or its absence throws */
  async publish({ note }: { note: string }): Promise<void> {
    this.producer ??= this.connect();
    try {
      await (
        await this.producer
      ).send({ topic: this.topic, acks: -1, timeout: 10_000, messages: [{ key: this.origin, value: note }] });
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The last notes of this log, oldest first; none before the first.
   *  @throws what the broker or its absence throws; AppError `checkpoints-not-read` (retry) when they do not come in time */
  async newest(): Promise<readonly string[]> {
    const { low, high } = await this.ends();
    if (high === low) return [];
    const from = Math.max(low, high - LOOK_BACK);
    const groupId = `${this.topic}.${randomUUID()}`;
    const consumer = this.kafka.consumer({ groupId, retry: { restartOnFailure: async () => false } });
    const notes: string[] = [];
    const arrival = new AbortController();
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: this.topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          const isOwn = message.key?.toString('utf8') === this.origin;
          if (isOwn && Number(message.offset) >= from) notes.push(message.value?.toString('utf8') ?? '');
          if (Number(message.offset) >= high - 1) arrival.abort();
        },
      });
      consumer.seek({ topic: this.topic, partition: 0, offset: String(from) });
      await pause(READ_DEADLINE_MS, arrival.signal);
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
    if (!arrival.signal.aborted) throw new AppError({ code: 'checkpoints-not-read', disposition: 'retry' });
    await forgetGroup(this.kafka, groupId);
    return notes;
  }

  async close(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private async ends(): Promise<{ low: number; high: number }> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const [{ low, high }] = await admin.fetchTopicOffsets(this.topic);
      return { low: Number(low), high: Number(high) };
    } finally {
      await admin.disconnect();
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({ createPartitioner: murmur2Partitioner, allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}
