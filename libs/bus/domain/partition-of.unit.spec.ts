import { murmur2Partitioner } from '../adapters/kafka/kafka-client';
import { murmur2, PARTITIONS, partitionOf } from './partition-of';

describe('partitionOf', () => {
  // From UtilsTest.testMurmur2 of Apache Kafka.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  // Computed with org.apache.kafka.clients.producer.internals.BuiltInPartitioner of kafka-clients 4.3.1.
  it.each([
    ['01932a7e-5c00-7000-8000-000000000001', 2],
    ['01932a7e-5c00-7000-8000-000000000002', 3],
    ['01932a7e-5c00-7000-8000-000000000003', 5],
  ])('puts the key %s where the Java client and the driver put it', (key, partition) => {
    expect(partitionOf(key)).toBe(partition);
    const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      isr: [1],
      replicas: [1],
      partitionErrorCode: 0,
    }));
    expect(murmur2Partitioner()({ topic: 'dossier.events', partitionMetadata, message: { key, value: null } })).toBe(
      partition,
    );
  });
});
