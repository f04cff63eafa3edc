import type { DossierEvent } from '#dossier';
import { Kafka, logLevel, Partitioners, type Consumer, type Producer } from 'kafkajs';

/** A committed fact on its way from the writer to the lanes. */
export interface LoggedFact {
  dossierId: string;
  seq: number;
  at: string;
  event: DossierEvent;
}

export interface FactLogOptions {
  brokers: string;
  topic: string;
  onFact: (fact: LoggedFact) => void;
  onFatal: (error: unknown) => void;
}

/** The broker hop by hand: one produce at a time with whatever has gathered, acks all, key = dossier; one consumer that commits after
 *  each batch. Fetch sizes and waits are those of the product. */
export class FactLog {
  private readonly producer: Producer;
  private readonly consumer: Consumer;
  private readonly kafka: Kafka;
  private waiting: LoggedFact[] = [];
  private isRunning = false;

  constructor(private readonly options: FactLogOptions) {
    this.kafka = new Kafka({ clientId: 'floor', brokers: options.brokers.split(','), logLevel: logLevel.ERROR });
    this.producer = this.kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
    });
    this.consumer = this.kafka.consumer({
      groupId: options.topic,
      maxBytesPerPartition: 512 * 1024,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
    });
  }

  /** Resolves when the consumer has joined. */
  async start(): Promise<void> {
    const { topic, onFact, onFatal } = this.options;
    await this.producer.connect();
    await this.consumer.connect();
    await this.consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise<void>((resolve) => this.consumer.on('consumer.group_join', () => resolve()));
    this.consumer.on('consumer.crash', ({ payload }) => onFatal(payload.error));
    await this.consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) onFact(JSON.parse(String(value)) as LoggedFact);
      },
    });
    await joined;
  }

  /** Hands facts over in the order of the calls; a failure ends the floor. */
  publish(facts: readonly LoggedFact[]): void {
    this.waiting.push(...facts);
    if (!this.isRunning) this.drain().catch(this.options.onFatal);
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
    await this.producer.disconnect();
  }

  private async drain(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      const facts = this.waiting;
      this.waiting = [];
      const messages = facts.map((fact) => ({ key: fact.dossierId, value: JSON.stringify(fact) }));
      await this.producer.send({ topic: this.options.topic, acks: -1, messages });
    }
    this.isRunning = false;
  }
}
