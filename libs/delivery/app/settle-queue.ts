import { codeOf, byLoad, OutageLog } from '#platform';
import type { FinishedAttempt } from '../domain/attempt';
import { isDatabaseAway } from '../domain/database-faults';
import { settleAttempts } from './settle-attempts';
import { settleUnresolved } from './settle-unresolved';
import type { SettlementDeps } from './settlement-deps';

export interface SettleQueueOptions {
  /** Attempts of one transaction. @default 64 */
  maxBatch?: number;
  /** How long the first of a batch waits for company. @default 3 to 30 ms, by the load of the process */
  lingerMs?: number;
  /** Pause while the database is away. @default 500 ms */
  pauseMs?: number;
  /** After each commit: others may look. */
  onSettled(): void;
}

/** Two of the settlement, two of leaving it for a person. */
const MAX_FAULTS = 4;

/** Gathers what has ended and settles it in batches, one transaction at a time; what ends meanwhile makes the next batch. All couriers of a
 *  process share one: their batches would wait for each other's dossiers, each holding the locks of the others. A batch that fails
 *  is settled one by one, so that one poison attempt never holds up the others. */
export class SettleQueue {
  private readonly waiting: FinishedAttempt[] = [];
  private running: Promise<void> | undefined;
  private isAbandoned = false;
  private lastError: unknown;
  private readonly outage: OutageLog;

  constructor(
    private readonly deps: SettlementDeps,
    private readonly options: SettleQueueOptions,
  ) {
    this.outage = new OutageLog(deps.log, 'settlement');
  }

  /** Attempts that have ended and are not committed. */
  get size(): number {
    return this.waiting.length;
  }

  add(attempt: FinishedAttempt): void {
    if (this.isAbandoned) return;
    this.waiting.push(attempt);
    this.running ??= this.drain();
  }

  /** Resolves when everything that was added is settled or abandoned. While the database is away that is never: the caller bounds it. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  /** The process ends: what is not committed is left to its lease, which makes `unknown` of it. */
  abandon(): void {
    this.isAbandoned = true;
    this.waiting.length = 0;
  }

  private async drain(): Promise<void> {
    const { maxBatch = 64, lingerMs = byLoad(3, 30) } = this.options;
    try {
      if (this.waiting.length < maxBatch) await pause(lingerMs);
      while (this.waiting.length > 0) {
        const batch = this.take(maxBatch);
        await this.settle(batch);
        this.options.onSettled();
      }
    } finally {
      // In the same tick as the last look: what is added later begins a new run.
      this.running = undefined;
    }
  }

  /** One attempt a delivery: a late and a current one of the same delivery must not meet in one statement. */
  private take(maxBatch: number): FinishedAttempt[] {
    const batch: FinishedAttempt[] = [];
    const deliveries = new Set<string>();
    const left: FinishedAttempt[] = [];
    for (const attempt of this.waiting) {
      const fits = batch.length < maxBatch && !deliveries.has(attempt.claim.deliveryId);
      (fits ? batch : left).push(attempt);
      deliveries.add(attempt.claim.deliveryId);
    }
    this.waiting.splice(0, this.waiting.length, ...left);
    return batch;
  }

  private async settle(batch: readonly FinishedAttempt[]): Promise<void> {
    try {
      await settleAttempts(batch, this.deps);
    } catch (error) {
      this.deps.log.warn('settlement.batch-failed', {
        count: batch.length,
        code: codeOf(error),
      });
      for (const attempt of batch) await this.settleOne(attempt);
    }
  }

  /** Tries until it is committed: a lost result would be asked of the partner again. The lease may run out meanwhile; then the fence
   *  makes a late one of it. Only a fault of its own, seen twice, ends it as unresolved; and one that not even that can record is left to its
   *  lease, which makes `unknown` of it: it must not hold up the others. */
  private async settleOne(attempt: FinishedAttempt): Promise<void> {
    let faults = 0;
    while (!this.isAbandoned && faults < MAX_FAULTS) {
      try {
        await (faults < 2
          ? settleAttempts([attempt], this.deps)
          : settleUnresolved(attempt, this.lastError, this.deps));
        return this.outage.recovered();
      } catch (error) {
        this.lastError = error;
        if (isDatabaseAway(error)) this.outage.failed(error);
        else {
          faults += 1;
          const { deliveryId } = attempt.claim;
          this.deps.log.error('settlement.failed', { deliveryId, code: codeOf(error), faults });
        }
        if (faults !== 1) await pause(this.options.pauseMs ?? 500);
      }
    }
    if (this.isAbandoned) return;
    const { deliveryId, partner } = attempt.claim;
    this.deps.log.error('settlement.given-up', { deliveryId, partner, code: codeOf(this.lastError) });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
