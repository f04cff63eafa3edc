export * from './ports';
export {
  NO_COUNTS,
  RECONCILIATION_CAUSES,
  RECONCILIATION_STATES,
  RECONCILIATION_TRANSITIONS,
  type Reconciliation,
  type ReconciliationCause,
  type ReconciliationCounts,
  type ReconciliationState,
} from './domain/reconciliation';
export {
  DISCREPANCY_CLASSES,
  DISCREPANCY_STATES,
  type Discrepancy,
  type DiscrepancyClass,
  type DiscrepancyState,
  type Responsible,
} from './domain/discrepancy';
export { canBeToldAgain } from './domain/healing';
export type { ReconciliationPolicy } from './domain/reconciliation-policy';
export { loadReconciliationPolicy } from './adapters/load-reconciliation-policy';
export { readReconciliation, readReconciliations, type ReconciliationFilter } from './adapters/reconciliation-store';
export { readDiscrepancies, type DiscrepancyFilter } from './adapters/discrepancy-store';
export { deliveriesToTellAgain } from './adapters/told-again';
export { readReconciliationMeasures, type ReconciliationMeasures } from './adapters/measures';
export {
  requestReconciliation,
  type ReconciliationCaller,
  type ReconciliationDeps,
  type ReconciliationRequest,
} from './app/request-reconciliation';
export { stopReconciliation } from './app/stop-reconciliation';
export { startDue, type StartDueDeps } from './app/start-due';
export { ReconciliationRunner, type RunnerOptions } from './app/reconciliation-runner';
export type { ProposeReplay, RunDeps } from './app/run-deps';
