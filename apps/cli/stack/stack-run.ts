import { clearState, STOP_ORDER, writeState, type StackPart, type StackState } from './stack-state';
import { StackError } from './stack-error';

type Stop = () => Promise<void>;

/** One run of the stack: what is up, how each part ends, and `stack.json` that says so. */
export class StackRun {
  private readonly stops = new Map<StackPart, Stop>();
  private readonly abort = new AbortController();
  private readonly state: StackState;
  private firstFailure: Error | undefined;

  constructor(
    readonly dataDir: string,
    readonly baseUrl: string,
  ) {
    this.state = { baseUrl, simulatorsUrl: null, kafkaBrokers: null, databaseUrl: null, pids: { stack: process.pid } };
  }

  /** Aborted when the stack is told to end, also in the middle of its start. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Notes addresses as soon as they are known. */
  set(addresses: Partial<Pick<StackState, 'simulatorsUrl' | 'kafkaBrokers' | 'databaseUrl'>>): void {
    Object.assign(this.state, addresses);
    writeState(this.dataDir, this.state);
  }

  /** Notes the process of a part, before it is ready: a start that is killed leaves a trace of it. */
  setPid(part: StackPart, pid: number): void {
    this.state.pids[part] = pid;
    writeState(this.dataDir, this.state);
  }

  /** Registers how a part ends. */
  onStop(part: StackPart, stop: Stop): void {
    this.stops.set(part, stop);
  }

  /** @throws StackError once the stack was told to end: no further step may begin */
  checkGoingOn(): void {
    if (this.signal.aborted) throw new StackError('The start was called off.');
  }

  /** Why the run ended; undefined when it was told to. */
  get failure(): Error | undefined {
    return this.firstFailure;
  }

  /** From here on no step begins and those that wait give up. Only the first call counts: what fails afterwards follows from it. */
  callOff(failure?: unknown): void {
    if (this.signal.aborted) return;
    this.firstFailure =
      failure === undefined || failure instanceof Error
        ? failure
        : new Error('a step failed without an error', { cause: failure });
    this.abort.abort();
  }

  /** Ends the parts in order: who sends before who receives, the stores last. */
  async stopAll(onPart: (part: StackPart) => void): Promise<void> {
    this.callOff();
    for (const part of STOP_ORDER) {
      const stop = this.stops.get(part);
      if (!stop) continue;
      onPart(part);
      await stop();
    }
    this.stops.clear();
    clearState(this.dataDir);
  }
}
