import { type Database, type Doorbell, byLoad, type Log, pause, StepLoop } from '#platform';
import { sequenceBatch } from './sequence-batch';

export interface SequencerLoopOptions {
  db: Database;
  doorbell: Doorbell;
  log: Log;
  /** Rows of each outbox moved in one transaction. @default 1_000 */
  batchSize?: number;
  /** Longest wait for the doorbell before it looks by itself. @default 50 ms */
  pollMs?: number;
  /** Least time between the starts of two batches: under load rows gather, and one transaction, one produce and one routing carry
   *  many. A row that comes after a quiet moment does not wait. @default 10 to 100 ms, by the load of the process */
  minGapMs?: number;
}

/** Runs the sequencer: woken by `outbox`, polling as the guarantee, ringing `event-log` for those who read by position.
 *  Every worker may run one; they take turns by the row lock. */
export class SequencerLoop {
  private readonly loop: StepLoop;

  constructor(options: SequencerLoopOptions) {
    const batchSize = options.batchSize ?? 1_000;
    const pollMs = options.pollMs ?? 50;
    let startedAt = Number.NEGATIVE_INFINITY;
    this.loop = new StepLoop({
      name: 'sequencer',
      log: options.log,
      step: async (signal) => {
        const gapMs = options.minGapMs ?? byLoad(10, 100);
        await pause(Math.max(0, startedAt + gapMs - performance.now()), signal);
        startedAt = performance.now();
        const moved = await sequenceBatch(options.db, batchSize);
        if (moved.events + moved.leaves === 0) return 'wait';
        options.doorbell.ring('event-log');
        // A row committed while this batch was moved rang before anybody waited: look once more.
        return 'again';
      },
      idle: (idleSteps, signal) => options.doorbell.wait('outbox', Math.min(pollMs, 5 * 2 ** idleSteps), signal),
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }
}
