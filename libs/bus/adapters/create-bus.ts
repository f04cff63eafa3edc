import type { Database, Doorbell, Log } from '#platform';
import type { Bus } from '../ports';
import { KafkaBus } from './kafka/kafka-bus';
import { PostgresBus } from './postgres/postgres-bus';

export interface BusOptions {
  kind: 'kafka' | 'postgres';
  /** `host:port,…`; needed for `kafka`. */
  brokers?: string | undefined;
  /** The event log for `postgres`; for both, where unreadable records are kept. */
  db: Database;
  /** Wakes readers of the `postgres` driver. */
  doorbell?: Doorbell | undefined;
  log: Log;
  clientId: string;
  /** See KafkaBusOptions: end the process. */
  onFatal?(error: unknown): void;
}

/** The bus that the configuration asks for. */
export function createBus(options: BusOptions): Bus {
  const { kind, brokers, db, doorbell, log, clientId, onFatal } = options;
  if (kind === 'postgres') return new PostgresBus({ db, doorbell, log });
  if (!brokers) throw new Error('KAFKA_BROKERS is needed for the kafka bus');
  return new KafkaBus({ brokers, db, log, clientId, ...(onFatal ? { onFatal } : {}) });
}
