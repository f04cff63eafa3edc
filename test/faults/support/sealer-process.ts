import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../support/until';

const ROOT = join(__dirname, '../../..');
const START_DEADLINE_MS = 60_000;
/** Nobody calls them: sequencer and sealer know no partner. */
const PARTNERS = ['DVCLT', 'HOTICH', 'DVCQG', 'ONESTOP'].flatMap((id) => [
  [`PARTNER_${id}_URL`, 'http://127.0.0.1:9'],
  [`PARTNER_${id}_USERNAME`, 'lienthong'],
  [`PARTNER_${id}_PASSWORD`, 'synthetic-password'],
]);

/** A worker process that numbers and seals, and nothing else. */
export class SealerProcess {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
  }

  /** @param env DATABASE_URL, KEY_DIR, CHECKPOINT_DIR
   *  @returns when it is at work */
  static async start(env: Record<string, string>): Promise<SealerProcess> {
    const child = spawn(process.execPath, [join(ROOT, 'dist/apps/worker/main.js')], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ...(Object.fromEntries(PARTNERS) as Record<string, string>),
        BUS: 'postgres',
        PUBLIC_URL: 'http://gateway.test',
        CONFIG_DIR: join(ROOT, 'config'),
        WORKER_ROLES: 'sequencer,sealer',
        ...env,
      },
    });
    const worker = new SealerProcess(child);
    await until(() => worker.isAtWork || worker.hasEnded, START_DEADLINE_MS, 'the start of a worker that seals');
    if (worker.hasEnded) throw new Error(`the worker ended: ${worker.output}`);
    return worker;
  }

  get logged(): string {
    return this.output;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await until(() => this.hasEnded, 10_000, 'the end of a killed worker');
  }

  private get isAtWork(): boolean {
    return this.output.includes('"worker.started"');
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
