import { Client } from 'pg';
import { join } from 'node:path';
import { brokerReady } from '#bus/drivers';
import { clusterLocation, removeCluster } from '../../apps/cli/stack/cluster-location';
import { ensureDatabase } from '../../apps/cli/stack/database-roles';
import { freePort } from '../../apps/cli/stack/free-port';
import { kafkaCacheDir, missingForKafka, resolveKafkaJars } from '../../apps/cli/stack/kafka-jars';
import { startKafka, type KafkaServer } from '../../apps/cli/stack/kafka-server';
import { startPostgres, type PostgresServer } from '../../apps/cli/stack/postgres-server';

const READY_DEADLINE_MS = 60_000;

/** The one PostgreSQL (fsync on) and the one Kafka of a bench run; every side gets a database of its own. */
export interface Services {
  brokers: string;
  postgresPid: number;
  kafkaPid: number;
  serverVersion: string;
  /** A new, empty database. @returns its URL, as the superuser */
  createDatabase(name: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** On the server, outside any side's database. */
  query<T extends object>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

/** @param dir folder of the run; emptied by the caller afterwards
 *  @throws StackError when PostgreSQL or Kafka cannot be started; Java 17 and Maven are needed */
export async function startServices(dir: string): Promise<Services> {
  const kafka = await startBroker(dir);
  const postgres = await startPostgres({
    clusterDir: clusterLocation(dir),
    port: await freePort(),
    ownerPassword: 'bench',
    logFile: join(dir, 'postgres.log'),
  });
  const admin = new Client({ connectionString: postgres.ownerUrl('postgres') });
  await admin.connect();
  const query = async <T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> =>
    (await admin.query<T>(sql, [...params])).rows;
  const [{ version }] = await query<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    brokers: kafka.brokers,
    postgresPid: postgres.pid,
    kafkaPid: kafka.pid,
    serverVersion: version,
    createDatabase: async (name) => {
      await ensureDatabase(postgres.ownerUrl('postgres'), name);
      return postgres.ownerUrl(name);
    },
    dropDatabase: async (name) =>
      void (await query(`drop database if exists ${admin.escapeIdentifier(name)} with (force)`)),
    query,
    stop: () => stop(dir, admin, postgres, kafka),
  };
}

async function startBroker(dir: string): Promise<KafkaServer> {
  const cacheDir = kafkaCacheDir(dir);
  const missing = missingForKafka(cacheDir);
  if (missing) throw new Error(`a bench needs Kafka, and ${missing}`);
  const kafka = await startKafka({
    jarsDir: await resolveKafkaJars(cacheDir),
    kafkaDir: join(dir, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(dir, 'kafka.log'),
  });
  await brokerReady(kafka.brokers, READY_DEADLINE_MS);
  return kafka;
}

async function stop(dir: string, admin: Client, postgres: PostgresServer, kafka: KafkaServer): Promise<void> {
  await admin.end();
  await Promise.all([postgres.stop(), kafka.stop()]);
  removeCluster(dir);
}
