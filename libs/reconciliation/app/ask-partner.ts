import { AppError, codeOf, pause } from '#platform';
import { isLoggableCode } from '#synclog';
import type { RunDeps } from './run-deps';
import type { Run } from '../adapters/reconciliation-store';

/** The partner gave no usable answer: nothing was found out, and the calls count. */
export class NoAnswer extends Error {
  readonly code: string;
  /** Calls that were made in vain. */
  readonly calls: number;
  /** Pause that the partner asked for, ms. */
  readonly waitMs: number | undefined;

  constructor(override readonly cause: unknown) {
    const code = loggableCode(cause);
    super(code);
    this.name = 'NoAnswer';
    this.code = code;
    const extra = cause instanceof AppError ? cause.extra : {};
    this.calls = numberOf(extra['calls']) ?? 1;
    this.waitMs = numberOf(extra['retryAfterMs']);
  }
}

/** Code of a failure, as rows and entries may hold it. */
export function loggableCode(error: unknown): string {
  const code = codeOf(error);
  return isLoggableCode(code) ? code : 'unexpected';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The rest of the partner's calls of today is for deliveries: nothing was asked. */
export class NoRoom extends Error {}

/** Asks partners at the policy's pace: one worker has a run, so that what one process counts is all of it. */
export class Pace {
  /** When the next call of a partner may leave, by partner. */
  private readonly next = new Map<string, number>();

  constructor(private readonly deps: Pick<RunDeps, 'clock' | 'policy' | 'deadlineMs' | 'hasRoom'>) {}

  /** One question. Outside of any transaction.
   *  @param ask says in how many calls it asked, where that was not one
   *  @param mostCalls calls that it may become; each has the partner's deadline
   *  @throws NoAnswer when the partner was away, said nothing usable, or took too long; NoRoom when it is not to be asked any more today */
  async call<T extends { askedAt: Date; calls?: number }>(
    { partner, mostCalls = 1 }: Pick<Run, 'partner'> & { mostCalls?: number },
    ask: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { clock, policy, deadlineMs, hasRoom } = this.deps;
    if (!(await hasRoom(partner))) throw new NoRoom();
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
      const failed = new NoAnswer(error);
      this.next.set(partner, at + everyMs * Math.max(1, failed.calls));
      throw failed;
    }
  }
}
