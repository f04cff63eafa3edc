import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { tellingLines } from './log-tail';
import { StackError } from './stack-error';

export const KAFKA_VERSION = '4.3.1';
const MIN_JAVA = 17;

/** Why a real Kafka cannot be started here; null when it can. Maven counts as present when the jars were resolved before. */
export function missingForKafka(cacheDir: string): string | null {
  const java = javaVersion();
  if (java === null) return 'Java is not installed';
  if (java < MIN_JAVA) return `Java ${java} is too old, ${MIN_JAVA} is needed`;
  if (existsSync(jarsDir(cacheDir))) return null;
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0 ? null : 'Maven is not installed';
}

/** Folder below which the jars are kept for every installation of this user; `fallback` where the home folder cannot be written. */
export function kafkaCacheDir(fallback: string): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const cache = join(base, 'lienthong');
  try {
    mkdirSync(cache, { recursive: true });
  } catch {
    // No home folder, or one that we may not write: the fallback is there for it.
    return fallback;
  }
  return isWritable(cache) ? cache : fallback;
}

export interface MavenProgress {
  /** Told at the start and every 10 s: the first time Maven fetches about 44 MB. */
  onProgress?: (line: string) => void;
  /** Ends Maven when the start is called off. */
  signal?: AbortSignal;
}

/** Resolves the jars of Apache Kafka through Maven, once. Returns their folder.
 *  @throws StackError when Maven fails (no network, no mirror) */
export async function resolveKafkaJars(cacheDir: string, progress: MavenProgress = {}): Promise<string> {
  const target = jarsDir(cacheDir);
  if (existsSync(target)) return target;
  mkdirSync(cacheDir, { recursive: true });
  const workDir = mkdtempSync(join(cacheDir, 'resolving-'));
  try {
    writeFileSync(join(workDir, 'pom.xml'), POM);
    const jars = join(workDir, 'libs');
    await runMaven(workDir, jars, progress);
    if (!readdirSync(jars).includes(`kafka_2.13-${KAFKA_VERSION}.jar`)) {
      throw new StackError('Maven ended well but brought no Kafka: run npm start again, or use -- --bus postgres.');
    }
    moveInto(jars, target);
    return target;
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

function jarsDir(cacheDir: string): string {
  return join(cacheDir, `kafka-${KAFKA_VERSION}`);
}

/** Two starts may resolve at once: the first rename wins and the other's jars are the same. */
function moveInto(jars: string, target: string): void {
  try {
    renameSync(jars, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

async function runMaven(workDir: string, jars: string, progress: MavenProgress): Promise<void> {
  const args = [
    '-B',
    '-ntp',
    '-Dstyle.color=never',
    'dependency:copy-dependencies',
    `-DoutputDirectory=${jars}`,
    '-DincludeScope=runtime',
  ];
  // Maven keeps its repository in the home folder of the account, whatever HOME says; an account without one gets it beside the jars.
  if (!isWritable(userInfo().homedir)) args.unshift(`-Dmaven.repo.local=${join(dirname(workDir), 'maven')}`);
  const child = spawn('mvn', args, { cwd: workDir, signal: progress.signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-4_000);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code === 0) return;
  throw new StackError(
    `Maven could not fetch Apache Kafka (${tellingLines(firstError(output)) || `exit code ${code}`}): check the network, set KAFKA_BROKERS, or run with -- --bus postgres.`,
  );
}

function firstError(output: string): string {
  return output.split('\n').find((line) => line.includes('ERROR')) ?? '';
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function javaVersion(): number | null {
  const asked = spawnSync('java', ['-version'], { encoding: 'utf8' });
  if (asked.status !== 0) return null;
  // "1.8.0_392" is 8, "17.0.15" is 17.
  const found = /version "(?:1\.)?(\d+)/.exec(asked.stderr);
  return found ? Number(found[1]) : null;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vn.lienthong</groupId>
  <artifactId>kafka-runtime</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;
