import { join } from 'node:path';
import { freePort } from './free-port';
import { kafkaCacheDir, KAFKA_VERSION, missingForKafka, resolveKafkaJars } from './kafka-jars';
import { startKafka } from './kafka-server';
import { StackError } from './stack-error';
import type { StackRun } from './stack-run';
import { SupervisedServer } from './supervised-server';
import type { Supervision } from './supervision';

/** Which bus this run uses, and the plain line that says so. */
export interface BusChoice {
  kind: 'external-kafka' | 'local-kafka' | 'postgres';
  sentence: string;
}

/** What the machine has; asked only when it matters. */
export interface BusFacts {
  kafkaBrokers: string | undefined;
  /** Why no Kafka can be started here; null when one can. */
  missing(): string | null;
}

const READY_DEADLINE_MS = 60_000;

/** `--bus postgres` and `KAFKA_BROKERS` win over what the machine has.
 *  @throws StackError for `--bus kafka` without a Kafka to use */
export function chooseBus(wanted: 'kafka' | 'postgres' | null, facts: BusFacts): BusChoice {
  if (wanted === 'postgres')
    return { kind: 'postgres', sentence: 'Bus: the PostgreSQL driver, as asked with --bus postgres.' };
  if (facts.kafkaBrokers)
    return { kind: 'external-kafka', sentence: 'Bus: Apache Kafka at the brokers of KAFKA_BROKERS.' };
  const missing = facts.missing();
  if (missing === null) return { kind: 'local-kafka', sentence: `Bus: Apache Kafka ${KAFKA_VERSION} on this machine.` };
  if (wanted === 'kafka') {
    throw new StackError(
      `There is no Kafka to use: ${missing}. Install Java 17 and Maven, set KAFKA_BROKERS, or run with -- --bus postgres.`,
    );
  }
  return { kind: 'postgres', sentence: `Bus: the PostgreSQL driver, since ${missing}.` };
}

/** What the machine and the environment offer. */
export function busFacts(dataDir: string, env: NodeJS.ProcessEnv): BusFacts {
  return { kafkaBrokers: env.KAFKA_BROKERS, missing: () => missingForKafka(kafkaCacheDir(dataDir)) };
}

/** Brings the chosen bus to the point where produce and fetch work and the topics exist.
 *  @returns the brokers, or null on the PostgreSQL driver */
export async function openBus(
  run: StackRun,
  choice: BusChoice,
  supervision: Supervision,
  progress: (line: string) => void,
): Promise<string | null> {
  if (choice.kind === 'postgres') return null;
  const brokers =
    choice.kind === 'external-kafka' ? process.env.KAFKA_BROKERS! : await startLocal(run, supervision, progress);
  progress('waiting until produce and fetch work');
  // Loaded only here: the client of the bus is large, and the PostgreSQL driver does not need it.
  const { brokerReady, ensureTopics } = await import('#bus/drivers');
  await brokerReady(brokers, READY_DEADLINE_MS);
  await ensureTopics(brokers);
  run.set({ kafkaBrokers: brokers });
  return brokers;
}

async function startLocal(run: StackRun, supervision: Supervision, progress: (line: string) => void): Promise<string> {
  const jarsDir = await resolveKafkaJars(kafkaCacheDir(run.dataDir), {
    onProgress: progress,
    signal: run.signal,
  });
  run.checkGoingOn();
  const options = {
    jarsDir,
    kafkaDir: join(run.dataDir, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(run.dataDir, 'logs', 'kafka.log'),
    onSpawned: (pid: number) => run.setPid('kafka', pid),
  };
  const broker = new SupervisedServer({ ...supervision, name: 'kafka', launch: () => startKafka(options) });
  const { brokers } = await broker.start();
  run.onStop('kafka', () => broker.stop());
  return brokers;
}
