import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { until } from './until';

export interface TopicRecord {
  key: string;
  headers: Record<string, string | undefined>;
  value: unknown;
  /** Key, headers and value as text. */
  text: string;
}

/** Everything that a topic holds now, in order within each partition, read as any other system of the province would. */
export async function readTopic(brokers: string, topic: string): Promise<TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'topic-reader', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = (await admin.fetchTopicOffsets(topic)).map(({ partition, high, low }) => ({
    partition,
    high: BigInt(high),
    low: BigInt(low),
  }));
  await admin.disconnect();
  const expected = ends.reduce((sum, { high, low }) => sum + Number(high - low), 0);
  const records: TopicRecord[] = [];
  const consumer = kafka.consumer({ groupId: `topic-reader-${randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        const headers = Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, value?.toString()]),
        );
        const value = message.value?.toString('utf8') ?? '';
        const key = message.key?.toString('utf8') ?? '';
        records.push({ key, headers, value: JSON.parse(value), text: `${key} ${JSON.stringify(headers)} ${value}` });
      },
    });
    await until(
      () => records.length >= expected,
      30_000,
      () => `${expected} records of ${topic}, found ${records.length}`,
    );
    return records;
  } finally {
    await consumer.disconnect();
  }
}
