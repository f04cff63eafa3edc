import { feedEvent, feedEventSchemas, type DomainEventRecord } from '#bus';
import type { ReplayPlan } from './plan';

/** Told in event log and feed (CONTRACTS §3: events without a dossier). */
const PLAN_EVENTS = {
  requested: 'vn.lienthong.replay.requested.v1',
  'dry-run-requested': 'vn.lienthong.replay.dry-run-requested.v1',
  examined: 'vn.lienthong.replay.examined.v1',
  approved: 'vn.lienthong.replay.approved.v1',
  started: 'vn.lienthong.replay.started.v1',
  paused: 'vn.lienthong.replay.paused.v1',
  resumed: 'vn.lienthong.replay.resumed.v1',
  stopped: 'vn.lienthong.replay.stopped.v1',
  cancelled: 'vn.lienthong.replay.cancelled.v1',
  finished: 'vn.lienthong.replay.finished.v1',
} as const;
export type PlanStep = keyof typeof PLAN_EVENTS;

/** Schemas of the data of these events, by type. */
export function planEventSchemas(): ReturnType<typeof feedEventSchemas> {
  const text = { type: 'string', minLength: 1, maxLength: 100 };
  const count = { type: 'integer', minimum: 0 };
  const properties = {
    planId: { type: 'string', format: 'uuid' },
    action: text,
    source: text,
    state: text,
    reasonCode: text,
    items: count,
    dossiers: count,
    sent: count,
    done: count,
    failed: count,
    stopCode: text,
  };
  const optional = ['stopCode'];
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return feedEventSchemas(Object.values(PLAN_EVENTS), properties, required);
}

/** The event of what happened to a plan. It concerns many units, so that the event belongs to none. */
export function planEvent(
  step: PlanStep,
  plan: ReplayPlan,
  { eventId, at }: { eventId: string; at: Date },
): DomainEventRecord {
  const { sent, done, failed } = plan.counts;
  return feedEvent({
    eventId,
    type: PLAN_EVENTS[step],
    at,
    data: {
      planId: plan.id,
      action: plan.action,
      source: plan.source,
      state: plan.state,
      reasonCode: plan.reasonCode,
      items: plan.items,
      dossiers: plan.dossiers,
      sent,
      done,
      failed,
      ...(plan.stop === null ? {} : { stopCode: plan.stop.code }),
    },
  });
}
