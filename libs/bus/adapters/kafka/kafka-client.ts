import { Kafka, logLevel, Partitioners, type LogEntry } from 'kafkajs';
import type { Log } from '#platform';

export type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage, Producer } from 'kafkajs';

/** The only file that imports kafkajs (STACK §3: it has no maintainer; the driver must stay replaceable).
 *  Its own log is kept at `debug`: while a broker is away it writes many lines a second, and our states are logged by us. */
export function kafkaClient(brokers: string, clientId: string, log: Log): Kafka {
  return new Kafka({
    clientId,
    brokers: brokers.split(',').map((broker) => broker.trim()),
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry: LogEntry) =>
      log.debug('kafka.client', { namespace: entry.namespace, label: entry.label, message: entry.log.message }),
  });
}

/** murmur2 as in Java's client, so that producers in other languages agree; `domain/partition-of.ts` is held to it by a test. */
export const murmur2Partitioner = Partitioners.DefaultPartitioner;
