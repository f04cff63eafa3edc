import { appendToOutbox } from '#bus';
import type { Clock, Ids, Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import type { ReplayPlan } from '../domain/plan';
import { planEvent, type PlanStep } from '../domain/plan-events';

export interface PlanRecordDeps {
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
}

/** Writes down what happened to a plan and who did it, in the transaction that made it true: sync log, and event log with its feed. */
export async function recordPlan(
  tx: Tx,
  { step, plan, actor }: { step: PlanStep; plan: ReplayPlan; actor: SyncLogActor },
  { syncLog, clock, ids }: PlanRecordDeps,
): Promise<void> {
  appendToOutbox(tx, [planEvent(step, plan, { eventId: ids.next(), at: clock.now() })]);
  await syncLog.append(tx, [
    {
      kind: `replay.${step}`,
      actor,
      contentDigest: (plan.hash ?? plan.selectionHash).toString('base64'),
      detail: {
        planId: plan.id,
        operation: plan.action,
        scope: plan.source,
        state: plan.state,
        reasonCode: plan.reasonCode,
        count: plan.items,
        ratePerSecond: plan.ratePerSecond,
        ...(plan.stop === null ? {} : { code: plan.stop.code }),
        ...(plan.link === null ? {} : { refs: [plan.link.resultRef] }),
      },
    },
  ]);
}
