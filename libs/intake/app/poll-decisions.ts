import { codeOf, isConnectionLost, OutageLog, type Tx } from '#platform';
import type { SyncLogActor } from '#synclog';
import { lockDueEvents, type DecisionEvent } from '../adapters/decision-events';
import { readPollerMemory, writePollerMemory } from '../adapters/poller-store';
import { nextPosition } from '../domain/next-position';
import type { DecisionSource } from '../ports';
import { applyEvents, putAside, type ApplyEventDeps, type EventEnd, type EventPatience } from './apply-events';
import { isOfTheMoment } from './database-failures';
import type { IntakeDeps } from './intake-deps';
import { inTurn, type PollerLease } from './poller-lease';
import { storeEvents } from './store-events';

export interface PollDecisionsOptions extends Partial<EventPatience> {
  /** Who polls: the worker's id. */
  workerId: string;
  /** Least time between two turns, shared by all workers. @default 1_000 ms */
  everyMs?: number;
  /** Rows of one call. @default 100 */
  batchSize?: number;
  /** Total deadline of one call; it must stay below the lease of 30 s. @default 10_000 ms */
  deadlineMs?: number;
}

/** What one turn came to. */
export interface DecisionPollSummary {
  isOurTurn: boolean;
  listed: number;
  applied: number;
  conflict: number;
  /** Tried and not applied: waiting for their dossier, or in quarantine. */
  aside: number;
  failure?: string;
}

/** Calls of one turn: a one-stop that lists the same rows for ever must not hold the turn. */
const MAX_CALLS_PER_TURN = 50;
/** Events of one transaction. */
const APPLY_AT_ONCE = 20;

/** Officers' decisions of a one-stop that is polled (`decisions: poll`). The position moves with the rows it has read, in one
 *  transaction; then each decision is applied by the use case of a pushed one, in the order of its dossier. */
export class PollDecisions {
  private readonly deps: ApplyEventDeps;
  private readonly patience: EventPatience;
  private readonly name: string;
  private readonly outage: OutageLog;

  constructor(
    private readonly source: DecisionSource,
    deps: IntakeDeps,
    private readonly options: PollDecisionsOptions,
  ) {
    this.name = `decisions.${source.id}`;
    this.outage = new OutageLog(deps.log, 'decisions.poll', { source: source.id });
    const actor: SyncLogActor = { id: `poller.${source.id}`, type: 'system' };
    // By prototype: the intake's tables may be read anew while we run.
    this.deps = Object.assign(Object.create(deps) as IntakeDeps, { source, actor });
    this.patience = {
      unknownForMs: options.unknownForMs ?? 600_000,
      firstRetryMs: options.firstRetryMs ?? 1_000,
      maxRetryMs: options.maxRetryMs ?? 15_000,
    };
  }

  /** One turn. Does not throw for what the source or the database does: that is in the summary and in the log. */
  async pollOnce(signal: AbortSignal): Promise<DecisionPollSummary> {
    const summary: DecisionPollSummary = { isOurTurn: false, listed: 0, applied: 0, conflict: 0, aside: 0 };
    const { db, clock } = this.deps;
    const { workerId: owner, everyMs = 1_000 } = this.options;
    await inTurn({ db, clock, name: this.name, owner, everyMs }, summary, (lease) => this.turn(lease, summary, signal));
    this.tell(summary);
    return summary;
  }

  /** A list that cannot be had keeps nobody's decision from being applied. */
  private async turn(lease: PollerLease, summary: DecisionPollSummary, signal: AbortSignal): Promise<void> {
    let failure: unknown;
    try {
      await this.fetchAll(lease, summary, signal);
    } catch (error) {
      if (isConnectionLost(error) || codeOf(error) === 'poller-lease-lost') throw error;
      failure = error;
    }
    await this.applyAll(lease, summary, signal);
    if (failure !== undefined) summary.failure = codeOf(failure);
  }

  private async fetchAll(lease: PollerLease, summary: DecisionPollSummary, signal: AbortSignal): Promise<void> {
    const { batchSize = 100, deadlineMs = 10_000 } = this.options;
    const memory = await readPollerMemory<{ after: number }>(this.deps.db, this.name);
    let after = memory.after ?? 0;
    for (let calls = 1; calls <= MAX_CALLS_PER_TURN && !signal.aborted; calls += 1) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
      const { rows, next } = await this.source.list(after, batchSize, deadline);
      if (rows.length === 0) return;
      const reached = nextPosition(after, rows, next);
      await this.deps.db.run(async (tx) => {
        await lease.hold(tx);
        await storeEvents(tx, rows, this.deps);
        await writePollerMemory(tx, this.name, { after: reached });
      });
      summary.listed += rows.length;
      if (reached === after || rows.length < batchSize) return;
      after = reached;
    }
  }

  private async applyAll(lease: PollerLease, summary: DecisionPollSummary, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ends = await this.applyTogether(lease);
      count(summary, ends);
      if (ends.length === 0) return;
    }
  }

  /** Together, or one by one when that fails: a decision that cannot be applied hurts nobody else's. */
  private async applyTogether(lease: PollerLease): Promise<EventEnd[]> {
    const apply = (limit: number): Promise<EventEnd[]> =>
      this.deps.db.run(async (tx) => {
        await lease.hold(tx);
        return this.applyDue(tx, await lockDueEvents(tx, this.deps.clock.now(), limit));
      });
    try {
      return await apply(APPLY_AT_ONCE);
    } catch (error) {
      if (isConnectionLost(error) || codeOf(error) === 'poller-lease-lost') throw error;
      this.deps.log.warn('decisions.batch-failed', { code: codeOf(error) });
    }
    try {
      return await apply(1);
    } catch (error) {
      if (isConnectionLost(error) || isOfTheMoment(error) || codeOf(error) === 'poller-lease-lost') throw error;
      return this.setAside(lease, error);
    }
  }

  private async applyDue(tx: Tx, events: readonly DecisionEvent[]): Promise<EventEnd[]> {
    const ends = await applyEvents(tx, events, this.deps);
    for (const [index, end] of ends.entries())
      if ('failure' in end) await putAside(tx, events[index], end, { patience: this.patience, deps: this.deps });
    return ends;
  }

  /** The head of the line failed for a reason of its own: it waits like one whose dossier is unknown. */
  private setAside(lease: PollerLease, error: unknown): Promise<EventEnd[]> {
    return this.deps.db.run(async (tx) => {
      await lease.hold(tx);
      const [event] = await lockDueEvents(tx, this.deps.clock.now(), 1);
      const failure = {
        stage: 'dossier' as const,
        code: codeOf(error),
        reason: 'the decision was understood and could not be applied',
        responsible: 'province',
      };
      await putAside(tx, event, { end: 'waits', failure }, { patience: this.patience, deps: this.deps });
      return [{ end: 'waits' as const, failure }];
    });
  }

  private tell(summary: DecisionPollSummary): void {
    if (summary.applied + summary.conflict > 0) {
      this.deps.doorbell.ring('outbox');
      this.deps.doorbell.ring('lanes');
    }
    const { isOurTurn, failure, ...counts } = summary;
    if (failure) this.outage.failed(failure);
    else if (isOurTurn) this.outage.recovered();
    if (isOurTurn && counts.listed + counts.applied + counts.conflict > 0)
      this.deps.log.info('decisions.polled', { source: this.source.id, ...counts });
  }
}

function count(summary: DecisionPollSummary, ends: readonly EventEnd[]): void {
  for (const { end } of ends) {
    if (end === 'applied' || end === 'conflict') summary[end] += 1;
    else summary.aside += 1;
  }
}
