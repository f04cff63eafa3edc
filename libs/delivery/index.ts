export * from './ports';
export {
  DELIVERY_STATUSES,
  DELIVERY_TRANSITIONS,
  LANE_STATES,
  LANE_TRANSITIONS,
  type DeliveryStatus,
  type LaneState,
} from './domain/transitions';
export { enqueueDeliveries, type NewDelivery } from './app/enqueue-deliveries';
export { cancelMoot, registrationDelivery, type CancelledDeliveries, type MootDeliveries } from './app/cancel-moot';
export { ReplyRules } from './app/reply-rules';
export { withClassifiedTexts } from './app/with-classified-texts';
export { applyClassifiedTexts } from './app/apply-classified-texts';
export { classifyDelivery, type Classification, type Classified, type ClassifyDeps } from './app/classify-delivery';
export { CLASSIFIABLE_OUTCOMES, type ClassifiableOutcome } from './domain/classified-text';
export { readLastReading, type LastReading } from './app/read-last-reading';
export { resolveByEvidence, type Evidence } from './app/resolve-by-evidence';
export { createSharedContents } from './app/shared-contents';
export { SettleQueue, type SettleQueueOptions } from './app/settle-queue';
export { Courier, type CourierDeps, type CourierOptions } from './app/courier';
export { WorkerHeartbeat, type WorkerHeartbeatDeps } from './app/worker-heartbeat';
export { expireLeases, releaseWorker, type ExpireDeps } from './app/expire-leases';
export type { ApplyOutcomes } from './app/settlement-deps';
export {
  routeDossiers,
  type RegistryWatchPort,
  type RouteDependencies,
  type RouteResult,
} from './routing/route-dossiers';
export { Router, ROUTER_GROUP, type RouterOptions } from './routing/router';
export { drainSeconds, HOLD_STATES, type Hold } from './domain/hold';
export { holdEventSchemas } from './domain/hold-events';
export { placeHold } from './app/place-hold';
export { releaseHold, type ReleaseRequest } from './app/release-hold';
export { countHeld, readHold, readHolds } from './adapters/hold-store';
export { policyFor } from './domain/decide-next';
export { SharedBudget } from './app/shared-budget';
export { readDayUsed, type BudgetLimits } from './adapters/budget-store';
export { loadCauses } from './adapters/load-causes';
export type { Cause, DeadLetterKind } from './domain/causes';
export { groupDeadLetters, kindsOfGroup } from './app/group-dead-letters';
export { requeueDead, replayHistory, type DeadReplay, type HistoryCopy } from './app/replay-deliveries';
export { cancelDead } from './app/cancel-dead';
export { resolveUnknown, type ResolveDeps } from './app/resolve-unknown';
export { readStanding } from './adapters/standing-deliveries';
export { lockLanes } from './app/lane-locks';
export { refreshLanes } from './app/refresh-lanes';
export { clearMetAttention } from './app/clear-met-attention';
export { PayloadOpener } from './adapters/payload-opener';
export { createPayloadReader } from './adapters/payload-reader';
export type { Resolution, StandingDelivery } from './domain/classification';
