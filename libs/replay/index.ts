export {
  PLAN_ACTIONS,
  PLAN_SOURCES,
  PLAN_STATES,
  PLAN_TRANSITIONS,
  type ReplayPlan,
  type Selection,
} from './domain/plan';
export { ITEM_CLASSES, type ItemClass } from './domain/item-class';
export { secondsLeft } from './domain/ramp';
export { planEventSchemas } from './domain/plan-events';
export type { ReplayPolicy } from './domain/replay-policy';
export { loadReplayPolicy } from './adapters/load-replay-policy';
export { readPlan, readPlans } from './adapters/plan-store';
export { readItems, type ItemRow } from './adapters/item-store';
export { createPlan, type PlanCaller, type PlanDeps, type PlanRequest } from './app/create-plan';
export { approvePlan, cancelPlan, pausePlan, requestDryRun, resumePlan, startPlan } from './app/steer-plan';
export { lookAfterWatches } from './app/look-after-watches';
export { endWatch, placeWatch, type WatchRequest } from './app/place-watch';
export { WATCH_ACTIONS, WATCH_STATES, type Watch } from './domain/watch';
export { readWatches } from './adapters/watch-store';
export { Questions } from './app/questions';
export { ReplayRunner } from './app/replay-runner';
export type { RunDeps } from './app/run-deps';
