import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { decideRestart, type RestartDecision } from './restart-policy';
import { StackError } from './stack-error';
import { waitUntil } from './wait-until';

export interface ChildOptions {
  name: string;
  /** Script that Node runs. */
  script: string;
  /** Words after it; the data folder among them marks the process as ours. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Whether it does its work now; asked until true. `logged` is what this run of it has logged so far. */
  isReady(logged: string): boolean | Promise<boolean>;
  onStarted(pid: number): void;
  /** It died and will be started again. */
  onDeath(sentence: string): void;
  /** It died too often: the stack ends. */
  onGiveUp(sentence: string): void;
  /** Deaths within a minute that are too often. */
  maxDeaths: number;
}

const MAX_LOG_BYTES = 50_000_000;
/** kafkajs computes time-outs in the past; the warning would stand in every log. V8 sizes its heap by the machine and collects late on a large
 *  one (docs/reference/performance.md, `memory`); docker-compose.yml sets the same. */
const NODE_FLAGS = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=16',
  '--initial-old-space-size=64',
];

/** One process of the stack: logs into a file, is started again with a growing delay when it dies, and ended on request. */
export class SupervisedChild {
  private child: ChildProcess | undefined;
  private readonly deathsAtMs: number[] = [];
  private isStopping = false;
  private logStart = 0;
  private restartTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ChildOptions) {}

  /** Starts it and waits until it is ready.
   *  @throws StackError with its last log lines when it dies too often or is not ready in time, or when `signal` calls the start off */
  async start(deadlineMs: number, signal: AbortSignal): Promise<void> {
    this.launch();
    let failure: string | undefined;
    const isUp = await waitUntil(
      async () => {
        if (signal.aborted) failure = 'The start was called off.';
        else if (this.hasGivenUp()) failure = this.failureSentence();
        return failure !== undefined || (this.isRunning() && (await this.options.isReady(this.logged())));
      },
      deadlineMs,
      60,
    );
    if (failure !== undefined) throw new StackError(failure);
    if (!isUp)
      throw new StackError(`${this.options.name} was not ready after ${deadlineMs / 1000} s. ${this.lastLines()}`);
  }

  /** SIGTERM, and SIGKILL after the grace; returns when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.restartTimer);
    const child = this.child;
    if (!child || !this.isRunning()) return;
    child.kill('SIGTERM');
    if (await waitUntil(() => !this.isRunning(), graceMs)) return;
    child.kill('SIGKILL');
    await waitUntil(() => !this.isRunning(), 5_000);
  }

  private launch(): void {
    this.keepLogSmall();
    const log = openSync(this.options.logFile, 'a', 0o600);
    this.logStart = statSync(this.options.logFile).size;
    // A session of its own: Ctrl-C in the terminal reaches only the supervisor, which ends its children in order.
    const child = spawn(process.execPath, [...NODE_FLAGS, this.options.script, ...this.options.args], {
      env: this.options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    child.once('exit', (code, signalName) => this.died(signalName ?? `exit code ${code}`));
    child.once('error', (error) => this.died(error.message));
    if (child.pid !== undefined) this.options.onStarted(child.pid);
  }

  /** The former log is kept beside it as `.1`; older ones go. */
  private keepLogSmall(): void {
    const { logFile } = this.options;
    if (existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  }

  private died(how: string): void {
    if (this.isStopping) return;
    this.deathsAtMs.push(performance.now());
    const decision = this.decide();
    if (decision.kind === 'give-up') return this.options.onGiveUp(this.failureSentence());
    this.options.onDeath(`${this.options.name} ended (${how}); it is started again in ${decision.afterMs / 1000} s.`);
    this.restartTimer = setTimeout(() => this.launch(), decision.afterMs);
  }

  private isRunning(): boolean {
    return this.child?.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private hasGivenUp(): boolean {
    return this.deathsAtMs.length > 0 && this.decide().kind === 'give-up';
  }

  private decide(): RestartDecision {
    return decideRestart(this.deathsAtMs, this.options.maxDeaths);
  }

  private failureSentence(): string {
    return `${this.options.name} ended ${this.options.maxDeaths} times within a minute. ${this.lastLines()}`;
  }

  private logged(): string {
    return readFileSync(this.options.logFile).subarray(this.logStart).toString('utf8');
  }

  private lastLines(): string {
    const lines = readFileSync(this.options.logFile, 'utf8').trim().split('\n').slice(-8);
    return `Its log (${this.options.logFile}) ends with:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }
}
