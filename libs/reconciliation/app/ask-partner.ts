import { AppError, codeOf, pause } from '#platform';
import type { RunDeps } from './run-deps';
import type { Run } from '../adapters/reconciliation-store';

/** The partner gave no usable answer: nothing was found out, and the call counts. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    override readonly cause: unknown,
  ) {
    super(code);
    this.name = 'NoAnswer';
  }
}

/** Asks partners at the policy's pace: one worker has a run, so that what one process counts is all of it. */
export class Pace {
  /** When the next call of a partner may leave, by partner. */
  private readonly next = new Map<string, number>();

  constructor(private readonly deps: Pick<RunDeps, 'clock' | 'policy' | 'deadlineMs'>) {}

  /** One question. Outside of any transaction.
   *  @param ask says in how many calls it asked, where that was not one
   *  @param mostCalls calls that it may become; each has the partner's deadline
   *  @throws NoAnswer when the partner was away, said nothing usable, or took too long */
  async call<T extends { askedAt: Date; calls?: number }>(
    { partner, mostCalls = 1 }: Pick<Run, 'partner'> & { mostCalls?: number },
    ask: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { clock, policy, deadlineMs } = this.deps;
    const now = clock.now().getTime();
    const at = Math.max(now, this.next.get(partner) ?? 0);
    const everyMs = 1_000 / policy.partners[partner].callsPerSecond;
    this.next.set(partner, at + everyMs);
    if (at > now) await pause(at - now, signal);
    if (signal.aborted) throw new AppError({ code: 'worker-stopping', disposition: 'retry' });
    try {
      const answer = await ask(AbortSignal.any([signal, AbortSignal.timeout(deadlineMs(partner) * mostCalls)]));
      this.next.set(partner, at + everyMs * (answer.calls ?? 1));
      return answer;
    } catch (error) {
      if (signal.aborted) throw new AppError({ code: 'worker-stopping', disposition: 'retry', cause: error });
      throw new NoAnswer(codeOf(error), error);
    }
  }
}
