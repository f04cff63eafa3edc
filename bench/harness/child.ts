import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { until } from './until';

export interface ChildOptions {
  /** Built script and its words. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Text in its output that says that it works. */
  readyText: string;
}

const READY_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 60_000;

/** A process of one side, logging into a file. */
export class Child {
  private constructor(
    private readonly child: ChildProcess,
    private readonly logFile: string,
    /** Where its own part of the log begins. */
    private readonly logStart: number,
  ) {}

  /** @throws Error with the end of its log when it ends or is not ready in time */
  static async start({ args, env, logFile, readyText }: ChildOptions): Promise<Child> {
    const log = openSync(logFile, 'a');
    const logStart = statSync(logFile).size;
    const process_ = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...args], {
      env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const child = new Child(process_, logFile, logStart);
    await until(() => child.assertRunning() && child.logged().includes(readyText), READY_DEADLINE_MS, readyText);
    return child;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** @throws Error when it has ended */
  assertRunning(): true {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) return true;
    throw new Error(`a process ended (${signalCode ?? exitCode}); its log ends with:\n${this.logged().slice(-2_000)}`);
  }

  /** SIGTERM; returns when it is gone. */
  async stop(): Promise<void> {
    const { child } = this;
    const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
    if (!isGone()) child.kill('SIGTERM');
    await until(isGone, STOP_DEADLINE_MS, 'the end of a process');
  }

  private logged(): string {
    return readFileSync(this.logFile).subarray(this.logStart).toString('utf8');
  }
}
