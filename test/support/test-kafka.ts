import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../apps/cli/stack/free-port';
import { kafkaCacheDir, missingForKafka, resolveKafkaJars } from '../../apps/cli/stack/kafka-jars';
import { startKafka, type KafkaOptions, type KafkaServer } from '../../apps/cli/stack/kafka-server';
import { endProcess } from '../../apps/cli/stack/process-identity';
import { servicesDir, sharedService } from './shared-service';

const READY_DEADLINE_MS = 60_000;

/** The broker of this run, shared by all test files: use topic and group names of your own.
 *  `TEST_KAFKA_BROKERS` names one; without it one is started for the jest run (Java 17 and Maven needed, else it throws). */
export async function testKafka(): Promise<{ brokers: string }> {
  if (process.env.TEST_KAFKA_BROKERS) return { brokers: process.env.TEST_KAFKA_BROKERS };
  const service = await sharedService('kafka', async (dir) => {
    const server = await launch(join(dir, 'kafka'), { port: await freePort(), controllerPort: await freePort() });
    return { address: server.brokers, pid: server.pid, markers: server.markers };
  });
  return { brokers: service.address };
}

/** A broker for one test file that may be killed and brought back on the same port with its data. */
export interface OwnKafka {
  brokers: string;
  /** SIGKILL; returns when the process is gone. */
  kill(): Promise<void>;
  /** Brings it back after `kill`; the same address. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts a broker that only this test file uses (about 4 s).
 *  @param proxied a proxy that clients are sent through: told the broker's port before it starts, answers with its own */
export async function ownKafka(proxied?: (port: number) => Promise<number>): Promise<OwnKafka> {
  const dir = mkdtempSync(join(servicesDir(), 'own-kafka-'));
  const port = await freePort();
  const ports = { port, controllerPort: await freePort(), advertisedPort: await proxied?.(port) };
  let server: KafkaServer = await launch(dir, ports);
  const kill = async (): Promise<void> => void (await endProcess(server.pid, server.markers, 'SIGKILL', 5_000));
  return {
    brokers: server.brokers,
    kill,
    start: async () => void (server = await launch(dir, ports)),
    stop: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function launch(
  kafkaDir: string,
  ports: Pick<KafkaOptions, 'port' | 'controllerPort' | 'advertisedPort'>,
): Promise<KafkaServer> {
  const cacheDir = kafkaCacheDir(servicesDir());
  const missing = missingForKafka(cacheDir);
  if (missing) throw new Error(`no Kafka for the tests: ${missing}`);
  const jarsDir = await resolveKafkaJars(cacheDir);
  const server = await startKafka({
    jarsDir,
    kafkaDir,
    ...ports,
    logFile: `${kafkaDir}.log`,
    // One in 64 random ids begins with a hyphen; in tests each does.
    clusterId: `-${randomBytes(16).toString('base64url').slice(1)}`,
  });
  const { brokerReady } = await import('#bus/drivers');
  await brokerReady(server.brokers, READY_DEADLINE_MS);
  return server;
}
