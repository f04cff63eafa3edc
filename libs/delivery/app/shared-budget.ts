import { localDay, OutageLog, pause, type Clock, type Database, type Log } from '#platform';
import type { PartnerId } from '#dossier';
import { ensureBudget, takeCalls, type BudgetLimits, type Taken } from '../adapters/budget-store';
import type { CallBudget, Leave } from '../ports';

export interface SharedBudgetDeps {
  db: Pick<Database, 'query' | 'execute'>;
  partner: PartnerId;
  limits: BudgetLimits;
  clock: Clock;
  log: Log;
}

interface Waiter {
  signal: AbortSignal;
  resolve(leave: Leave): void;
}

/** A call reaches the partner a little later than it got its leave: the bucket fills a little slower than the limit says, so that no span at the
 *  partner holds more than the limit. */
const MARGIN = 0.98;
const SHORTEST_PAUSE_MS = 5;
/** Who waits has a deadline of his own. */
const NEVER = new AbortController().signal;

/** The calls that a partner agreed to, counted over all workers (DESIGN §7). Whoever waits in this process asks in one statement, so that the
 *  row is not written for each call. */
export class SharedBudget implements CallBudget {
  private readonly waiting: Waiter[] = [];
  private serving: Promise<void> | undefined;
  private isKnown = false;
  private readonly outage: OutageLog;

  constructor(private readonly deps: SharedBudgetDeps) {
    this.outage = new OutageLog(deps.log, 'budget', { partner: deps.partner });
  }

  take(signal: AbortSignal): Promise<Leave> {
    if (signal.aborted) return Promise.resolve('no-leave');
    return new Promise<Leave>((resolve) => {
      const waiter: Waiter = {
        signal,
        resolve: (leave) => {
          signal.removeEventListener('abort', onAbort);
          resolve(leave);
        },
      };
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        resolve('no-leave');
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiter);
      this.serving ??= this.serve().finally(() => (this.serving = undefined));
    });
  }

  private async serve(): Promise<void> {
    while (this.waiting.length > 0) {
      try {
        const taken = await this.ask(this.waiting.length);
        this.outage.recovered();
        // Those that gave up meanwhile leave their calls to nobody: fewer is never too many.
        this.answer(taken.granted, 'granted');
        if (this.waiting.length === 0) return;
        if (this.isDayUsedUp(taken)) this.answer(this.waiting.length, 'day-used-up');
        else await pause(this.pauseMs(taken), NEVER);
      } catch (error) {
        this.outage.failed(error);
        this.answer(this.waiting.length, 'no-leave');
      }
    }
  }

  private async ask(wanted: number): Promise<Taken> {
    const { db, partner, limits, clock } = this.deps;
    if (!this.isKnown) await ensureBudget(db, partner);
    this.isKnown = true;
    const perSecond = limits.perSecond === null ? null : limits.perSecond * MARGIN;
    return takeCalls(db, { ...limits, perSecond, partner, wanted, day: localDay(clock.now()) });
  }

  private answer(count: number, leave: Leave): void {
    for (const waiter of this.waiting.splice(0, count)) waiter.resolve(leave);
  }

  private isDayUsedUp({ dayUsed }: Taken): boolean {
    const { perDay } = this.deps.limits;
    return perDay !== null && dayUsed >= perDay;
  }

  /** Until the next call is in the bucket. */
  private pauseMs({ left }: Taken): number {
    const perSecond = (this.deps.limits.perSecond ?? 1) * MARGIN;
    return Math.max(SHORTEST_PAUSE_MS, Math.ceil(((1 - Math.min(1, left)) / perSecond) * 1_000));
  }
}
