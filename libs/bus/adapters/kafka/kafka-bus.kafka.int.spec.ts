import { silentLog } from '#platform';
import { testDatabase, testKafka, type TestDatabase } from '#testing';
import { randomUUID } from 'node:crypto';
import { busContract, type BusHarness, type RejectedRow } from '../../bus.contract';
import { PARTITIONS } from '../../domain/partition-of';
import type { DomainEventRecord } from '../../domain/event-record';
import { KafkaBus } from './kafka-bus';
import { kafkaClient, murmur2Partitioner } from './kafka-client';

let database: TestDatabase;
let publisher: KafkaBus;
let harness: BusHarness;

beforeAll(async () => {
  database = await testDatabase();
  const { brokers } = await testKafka();
  const { db } = database;
  const topic = `contract.${randomUUID()}`;
  const kafka = kafkaClient(brokers, 'contract', silentLog);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 1 }],
  });
  await admin.disconnect();
  const open = (): KafkaBus => new KafkaBus({ brokers, db, log: silentLog, clientId: 'contract', topic });
  publisher = open();
  let position = 0;
  harness = {
    open,
    emit: (events: readonly DomainEventRecord[]) =>
      publisher.publish(events.map((event) => ({ ...event, position: (position += 1) }))),
    emitUnreadable: async (dossierId) => {
      const producer = kafka.producer({ createPartitioner: murmur2Partitioner });
      await producer.connect();
      await producer.send({
        topic,
        messages: [{ key: dossierId, headers: { odd: [Buffer.from([0, 255]), 'b'] }, value: 'unreadable-mark' }],
      });
      await producer.disconnect();
    },
    rejected: (group) => db.query<RejectedRow>('select * from bus_rejected where consumer = $1', [group]),
  };
}, 240_000);
afterAll(async () => {
  await publisher.close();
  await database.drop();
});

describe('KafkaBus', () => {
  busContract(() => harness);
});
