// PostgreSQL and Kafka for one `npm test`: prints one line {"pgUrl","kafkaBrokers","kafkaMissing"} and ends both when its input closes.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const stack = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'apps', 'cli', 'stack');
const { freePort } = require(join(stack, 'free-port.js'));
const { startPostgres } = require(join(stack, 'postgres-server.js'));
const { kafkaCacheDir, missingForKafka, resolveKafkaJars } = require(join(stack, 'kafka-jars.js'));
const { startKafka } = require(join(stack, 'kafka-server.js'));
const { brokerReady } = require('#bus/drivers');

const dir = mkdtempSync(join(tmpdir(), 'lienthong-npm-test-'));
const ends = [];

async function startDatabase() {
  // PostgreSQL runs as another user when we are root and must pass through; its own folder inside is 0700.
  if (process.getuid?.() === 0) chmodSync(dir, 0o711);
  const server = await startPostgres({
    clusterDir: join(dir, 'postgres'),
    port: await freePort(),
    ownerPassword: 'disposable',
    logFile: join(dir, 'postgres.log'),
    isDisposable: true,
  });
  ends.push(() => server.stop());
  return server.ownerUrl('postgres');
}

/** Null, with the reason, where Java or Maven is missing. */
async function startBroker() {
  const cacheDir = kafkaCacheDir(dir);
  const kafkaMissing = missingForKafka(cacheDir);
  if (kafkaMissing) return { kafkaBrokers: null, kafkaMissing };
  const server = await startKafka({
    jarsDir: await resolveKafkaJars(cacheDir),
    kafkaDir: join(dir, 'kafka'),
    port: await freePort(),
    controllerPort: await freePort(),
    logFile: join(dir, 'kafka.log'),
  });
  ends.push(() => server.stop());
  await brokerReady(server.brokers, 60_000);
  return { kafkaBrokers: server.brokers, kafkaMissing: null };
}

async function end(code) {
  await Promise.all(ends.map((stop) => stop()));
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  process.exit(code);
}

// Nobody is left to use them once the runner is gone, however it went.
process.stdin.resume().on('end', () => void end(0));
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => undefined);

try {
  const [pgUrl, broker] = await Promise.all([startDatabase(), startBroker()]);
  process.stdout.write(`${JSON.stringify({ pgUrl, ...broker })}\n`);
} catch (error) {
  process.stderr.write(`The services of the tests did not start: ${error.message}\n`);
  await end(1);
}
