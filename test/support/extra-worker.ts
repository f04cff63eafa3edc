import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { settingsOf } from '../../bench/harness/process-settings';
import type { Installation } from './installation';
import { until } from './until';

const PROGRAM = join(__dirname, '../../dist/apps/worker/main.js');
const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 60_000;

/** A further worker of a running installation, as one on another machine: the same settings, an id of its own. */
export class ExtraWorker {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
  }

  /** @throws Error with its log when it does not come up. Linux: the settings are read from the first worker's process. */
  static async start(installation: Installation, id: string): Promise<ExtraWorker> {
    const { worker } = installation.stack.pids;
    const env = { ...settingsOf(worker), WORKER_ID: id };
    const started = new ExtraWorker(
      spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', PROGRAM], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const isUp = (): boolean => started.output.includes('"worker.started"') || started.child.exitCode !== null;
    await until(isUp, READY_DEADLINE_MS, () => `a further worker: ${started.output.slice(-2_000)}`);
    if (started.child.exitCode !== null) throw new Error(`a further worker ended: ${started.output.slice(-2_000)}`);
    return started;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** SIGTERM. @returns the exit code */
  async stop(): Promise<number | null> {
    const isGone = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    if (!isGone()) this.child.kill('SIGTERM');
    await until(isGone, STOP_DEADLINE_MS, 'the end of a further worker');
    return this.child.exitCode;
  }
}
