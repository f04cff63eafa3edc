import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Installation } from '../../support/installation';
import { until } from '../../support/until';

const ROOT = join(__dirname, '../../..');
const PARTNERS = { DVCLT: 'dvclt', HOTICH: 'hotich', DVCQG: 'dvcqg', ONESTOP: 'onestop' };
const LOGIN = { username: 'lienthong', password: 'synthetic-password' };

/** For an installation that gets a second worker: log-ins at the partners that both know. */
export const SHARED_LOGINS: Record<string, string> = Object.fromEntries(
  Object.keys(PARTNERS).flatMap((id) => [
    [`PARTNER_${id}_USERNAME`, LOGIN.username],
    [`PARTNER_${id}_PASSWORD`, LOGIN.password],
  ]),
);

/** Another worker process beside the installation's own, as on a second machine: couriers only, on the PostgreSQL bus. */
export class SecondWorker {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
  }

  /** @param id its WORKER_ID, and what kill points know it by */
  static async start(installation: Installation, id: string, env: Record<string, string>): Promise<SecondWorker> {
    const { baseUrl, simulatorsUrl, databaseUrl } = installation.stack;
    const urls = Object.entries(PARTNERS).map(([name, path]) => [`PARTNER_${name}_URL`, `${simulatorsUrl}/${path}`]);
    const child = spawn(process.execPath, [join(ROOT, 'dist/apps/worker/main.js')], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ...SHARED_LOGINS,
        ...(Object.fromEntries(urls) as Record<string, string>),
        DATABASE_URL: databaseUrl,
        BUS: 'postgres',
        PUBLIC_URL: baseUrl,
        KEY_DIR: join(installation.dataDir, 'keys'),
        CONFIG_DIR: join(ROOT, 'config'),
        WORKER_ROLES: 'couriers',
        WORKER_ID: id,
        KILL_POINT_PROCESS: id,
        ...env,
      },
    });
    const worker = new SecondWorker(child);
    await until(
      () => worker.output.includes('"worker.started"') || child.exitCode !== null,
      30_000,
      'the second worker',
    );
    if (child.exitCode !== null) throw new Error(`the second worker ended: ${worker.output}`);
    return worker;
  }

  get logged(): string {
    return this.output;
  }

  /** SIGCONT after it was frozen. */
  wake(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const { child } = this;
    child.kill('SIGKILL');
    await until(() => child.exitCode !== null || child.signalCode !== null, 10_000, 'the end of the second worker');
  }
}
