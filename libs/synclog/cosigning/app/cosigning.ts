import { pause, StepLoop } from '#platform';
import type { WitnessPolicy } from '../domain/witness';
import { WitnessLine, type CosigningDeps } from './witness-line';

/** Longest pause between two looks for a checkpoint to cosign, ms. */
const LOOK_EVERY_MS = 1_000;

/** Has the checkpoints of the log cosigned. Every worker that seals may run one: they take turns with each witness. It reads what is signed and holds up
 *  nobody who signs; each witness is asked by a loop of its own. */
export class Cosigning {
  private readonly lines: readonly WitnessLine[];
  private readonly loops: readonly StepLoop[];

  constructor({ witnesses, everyMs }: WitnessPolicy, deps: CosigningDeps) {
    this.lines = witnesses.map((witness) => new WitnessLine(witness, everyMs, deps));
    this.loops = this.lines.map(
      (line) =>
        new StepLoop({
          name: 'cosigning',
          log: deps.log,
          step: async (signal) => {
            await line.round(signal);
            return 'wait';
          },
          idle: (_idleSteps, signal) => pause(Math.min(everyMs, LOOK_EVERY_MS), signal),
        }),
    );
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  /** Resolves when no witness is being asked any more; calls under way are given up. */
  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** Asks each witness that it is the turn of. @throws what the database throws */
  async round(): Promise<void> {
    const { signal } = new AbortController();
    await Promise.all(this.lines.map((line) => line.round(signal)));
  }
}
