import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersApiVersions } from './kafka-answers';
import { tellingLines } from './log-tail';
import { endOf, endProcess, isProcess } from './process-identity';
import { StackError } from './stack-error';
import { waitUntil } from './wait-until';

export interface KafkaOptions {
  /** Folder with Kafka's jars (resolveKafkaJars). */
  jarsDir: string;
  /** Folder of its log segments and its configuration; created when missing. */
  kafkaDir: string;
  port: number;
  controllerPort: number;
  /** Port that clients are told to connect to, where a proxy stands before the broker. @default port */
  advertisedPort?: number;
  logFile: string;
  /** 22 characters of base64url, given to new data. @default random */
  clusterId?: string;
  /** Told before readiness is awaited, so that a start that is killed leaves a trace of its broker. */
  onSpawned?: (pid: number) => void;
}

export interface KafkaServer {
  /** `host:port` for clients. */
  brokers: string;
  pid: number;
  /** Words of its command line by which a later start knows the process as ours. */
  markers: readonly string[];
  /** Resolves with the way it ended: a signal's name or an exit code. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 60_000;

/** Brings up one Kafka node (KRaft, broker and controller in one process) on 127.0.0.1 and waits until it answers requests.
 *  Whether produce and fetch work already is asked of the bus (STACK §2: the coordinators load for about half a second more).
 *  @throws StackError with the last lines of its output */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  mkdirSync(options.kafkaDir, { recursive: true, mode: 0o700 });
  const properties = join(options.kafkaDir, 'server.properties');
  writeFileSync(properties, serverProperties(options), { mode: 0o600 });
  if (!existsSync(join(options.kafkaDir, 'log', 'meta.properties'))) format(options, properties);
  const { pid, exited } = spawnBroker(options, properties);
  options.onSpawned?.(pid);
  const markers = ['kafka.Kafka', properties];
  const isSettled = await waitUntil(
    async () => !isProcess(pid, markers) || (await answersApiVersions(options.port)),
    START_DEADLINE_MS,
    100,
  );
  if (!isSettled || !isProcess(pid, markers)) {
    await endProcess(pid, markers, 'SIGTERM', 5_000);
    throw new StackError(
      `Apache Kafka did not start; its log (${options.logFile}) ends with: ${tellingLines(readFileSync(options.logFile, 'utf8').slice(-8_000))}`,
    );
  }
  return {
    brokers: `127.0.0.1:${options.advertisedPort ?? options.port}`,
    pid,
    markers,
    exited,
    stop: async () => {
      await endProcess(pid, markers, 'SIGTERM', 20_000);
    },
  };
}

function format(options: KafkaOptions, properties: string): void {
  const clusterId = options.clusterId ?? randomBytes(16).toString('base64url');
  // One word with its name: an id may begin with a hyphen, which the tool would take for an option.
  const args = [
    ...classpath(options),
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    `--cluster-id=${clusterId}`,
    '-c',
    properties,
  ];
  const made = spawnSync('java', args, { encoding: 'utf8' });
  if (made.error) throw made.error;
  if (made.status !== 0)
    throw new StackError(
      `Apache Kafka could not prepare its data folder ${options.kafkaDir}: ${tellingLines(made.stderr)}`,
    );
}

function spawnBroker(options: KafkaOptions, properties: string): { pid: number; exited: Promise<string> } {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    // One quick compiler: 40 % less processor time until it is up (3.6 against 6 s), and one small broker has no need of the other.
    const jvm = ['-Xms128m', '-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseG1GC', '-Djava.awt.headless=true'];
    const child = spawn('java', [...jvm, ...classpath(options), 'kafka.Kafka', properties], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    const exited = endOf(child);
    child.unref();
    return { pid: child.pid ?? -1, exited };
  } finally {
    closeSync(log);
  }
}

function classpath(options: KafkaOptions): string[] {
  return ['-cp', `${options.jarsDir}/*`];
}

/** A static quorum of one: its ports come from this file, so a restart on other free ports finds itself again,
 *  which a voter set kept in the metadata (`--standalone`) would not. */
function serverProperties(options: KafkaOptions): string {
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${options.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.advertisedPort ?? options.port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(options.kafkaDir, 'log'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'broker.heartbeat.interval.ms': 500,
    // A broker that was killed registers again only when its old session is over.
    'broker.session.timeout.ms': 3000,
    'log.segment.bytes': 67_108_864,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
