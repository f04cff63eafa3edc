import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ClientSecret } from './credentials';
import { freePort } from './free-port';
import { onestopDecisions } from './onestop-decisions';
import { partnerEnvironment } from './partner-environment';
import type { StackDatabase } from './database-step';
import type { StackRun } from './stack-run';
import { SupervisedChild, type ChildOptions } from './supervised-child';
import type { Supervision } from './supervision';

type ApplicationName = 'simulators' | 'gateway' | 'worker';

const APPS_DIR = join(__dirname, '..', '..');
const READY_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 15_000;

/** Starts simulators, gateway and worker of one run; each is ready when its method returns. */
export class Applications {
  constructor(
    private readonly run: StackRun,
    private readonly env: NodeJS.ProcessEnv,
    private readonly supervision: Supervision,
  ) {}

  /** The outside systems on a port of their own, which they keep when they are started again.
   *  @returns their URL and the partner variables for gateway and worker */
  async startSimulators(oneStop: ClientSecret): Promise<{ url: string; partners: Record<string, string> }> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const partners = partnerEnvironment(url, this.env);
    await this.start('simulators', {
      env: {
        ...withoutSecrets(this.env),
        ...partners.simulators,
        PORT: String(port),
        HOST: '127.0.0.1',
        GATEWAY_URL: this.run.baseUrl,
        ONESTOP_CLIENT_ID: oneStop.clientId,
        ONESTOP_CLIENT_SECRET: oneStop.clientSecret,
        ONESTOP_DECISIONS: onestopDecisions(this.configDir),
      },
      isReady: (logged) => logged.includes('"simulators.listening"'),
    });
    this.run.set({ simulatorsUrl: url });
    return { url, partners: partners.ours };
  }

  async startGateway(env: NodeJS.ProcessEnv): Promise<void> {
    await this.start('gateway', { env, isReady: () => answersReady(this.run.baseUrl) });
  }

  async startWorker(env: NodeJS.ProcessEnv): Promise<void> {
    await this.start('worker', {
      env: { ...env, WORKER_ID: this.env.WORKER_ID ?? workerIdOf(this.run.dataDir) },
      isReady: (logged) => logged.includes('"worker.started"'),
    });
  }

  /** Environment of gateway and worker. Their database login may not migrate. */
  flowEnvironment(
    database: StackDatabase,
    kafkaBrokers: string | null,
    partners: Record<string, string>,
  ): NodeJS.ProcessEnv {
    const ours = {
      ...partners,
      DATABASE_URL: database.url,
      // Empty counts as absent.
      KAFKA_BROKERS: kafkaBrokers ?? '',
      BUS: kafkaBrokers === null ? 'postgres' : 'kafka',
      HOST: '127.0.0.1',
      PORT: new URL(this.run.baseUrl).port || '80',
      PUBLIC_URL: this.env.PUBLIC_URL ?? this.run.baseUrl,
      KEY_DIR: join(this.run.dataDir, 'keys'),
      CHECKPOINT_DIR: this.env.CHECKPOINT_DIR ?? join(this.run.dataDir, 'checkpoints'),
      CONFIG_DIR: this.configDir,
    };
    // Given as a value and as a file at once, a setting is refused; the migrator's URL is nobody's business but ours.
    const replaced = new Set(Object.keys(ours).map((name) => `${name}_FILE`)).add('MIGRATOR_DATABASE_URL');
    const inherited = Object.entries(this.env).filter(([name]) => !replaced.has(name));
    return { ...Object.fromEntries(inherited), ...ours };
  }

  private get configDir(): string {
    return this.env.CONFIG_DIR ?? join(APPS_DIR, '..', '..', 'config');
  }

  private async start(name: ApplicationName, how: Pick<ChildOptions, 'env' | 'isReady'>): Promise<void> {
    this.run.checkGoingOn();
    const child = new SupervisedChild({
      ...how,
      ...this.supervision,
      name,
      script: join(APPS_DIR, name, 'main.js'),
      args: [`--stack=${this.run.dataDir}`],
      logFile: join(this.run.dataDir, 'logs', `${name}.log`),
      onStarted: (pid) => this.run.setPid(name, pid),
    });
    this.run.onStop(name, () => child.stop(STOP_GRACE_MS));
    await child.start(READY_DEADLINE_MS, this.run.signal);
  }
}

/** The same after a restart, so that a killed worker's successor frees its lanes at once; another for another machine or folder. */
function workerIdOf(dataDir: string): string {
  return `worker-${createHash('sha256').update(`${hostname()}:${dataDir}`).digest('hex').slice(0, 12)}`;
}

/** The simulators play the outside: they get nothing of our database and no credentials of real partners. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isOurs = (name: string): boolean => /^PARTNER_|DATABASE_URL|^KAFKA_BROKERS$|^KEY_DIR$/.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name)));
}

async function answersReady(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    // Not listening yet, or too slow to be called ready: it is asked again.
    return false;
  }
}
