import { randomUUID } from 'node:crypto';
import { AppError, type Log, pause, silentLog } from '#platform';
import { PARTITIONS } from '../../domain/partition-of';
import { kafkaClient, murmur2Partitioner, type Kafka } from './kafka-client';

export const EVENTS_TOPIC = 'dossier.events';
export const CHECKPOINTS_TOPIC = 'synclog.checkpoints';
const READINESS_TOPIC = 'lienthong.readiness';
const RETRY_PAUSE_MS = 200;

/** Creates the topics of CONTRACTS §3 where they are missing; replication is the broker's default. Existing ones stay as they are. */
export async function ensureTopics(brokers: string, log: Log = silentLog): Promise<void> {
  await createTopics(kafkaClient(brokers, 'lienthong-topics', log), [
    { topic: EVENTS_TOPIC, numPartitions: PARTITIONS },
    // Evidence: nothing of it expires.
    { topic: CHECKPOINTS_TOPIC, numPartitions: 1, configEntries: [{ name: 'retention.ms', value: '-1' }] },
  ]);
}

/** Returns when a produce and a fetch through a consumer group really worked; an open port proves nothing (STACK §2).
 *  @throws AppError `broker-not-ready` (retry) when `deadlineMs` have passed */
export async function brokerReady(brokers: string, deadlineMs: number, log: Log = silentLog): Promise<void> {
  const deadline = AbortSignal.timeout(deadlineMs);
  let cause: unknown;
  while (!deadline.aborted) {
    try {
      return await roundTrip(kafkaClient(brokers, 'lienthong-readiness', log), deadline);
    } catch (error) {
      cause = error;
      await pause(RETRY_PAUSE_MS, deadline);
    }
  }
  throw new AppError({
    code: 'broker-not-ready',
    disposition: 'retry',
    detail: `no produce and fetch within ${deadlineMs} ms`,
    cause,
  });
}

async function createTopics(
  kafka: Kafka,
  topics: { topic: string; numPartitions: number; configEntries?: { name: string; value: string }[] }[],
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map((topic) => ({ replicationFactor: -1, ...topic })),
    });
  } finally {
    await admin.disconnect();
  }
}

async function roundTrip(kafka: Kafka, deadline: AbortSignal): Promise<void> {
  await createTopics(kafka, [
    { topic: READINESS_TOPIC, numPartitions: 1, configEntries: [{ name: 'retention.ms', value: '60000' }] },
  ]);
  const mark = randomUUID();
  const groupId = `${READINESS_TOPIC}.${mark}`;
  const producer = kafka.producer({ createPartitioner: murmur2Partitioner, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    maxWaitTimeInMs: 100,
    retry: { restartOnFailure: async () => false },
  });
  const arrival = new AbortController();
  let crash: unknown = new Error('the record did not come back');
  try {
    await producer.connect();
    await producer.send({ topic: READINESS_TOPIC, acks: -1, messages: [{ key: mark, value: mark }] });
    consumer.on('consumer.crash', (event) => {
      crash = event.payload.error;
      arrival.abort(false);
    });
    await consumer.connect();
    await consumer.subscribe({ topic: READINESS_TOPIC, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message }) => void (message.key?.toString() === mark && arrival.abort(true)),
    });
    await pause(2 ** 30, AbortSignal.any([arrival.signal, deadline]));
    if (arrival.signal.reason !== true) throw crash;
  } finally {
    await Promise.allSettled([producer.disconnect(), consumer.disconnect()]);
  }
  await forgetGroup(kafka, groupId);
}

/** Takes a consumer group of one use away. */
export async function forgetGroup(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  // The broker was proven ready; a group left behind expires by itself.
  await admin.deleteGroups([groupId]).catch(() => undefined);
  await admin.disconnect();
}
