import type { PartnerId } from '#dossier';
import { AppError } from '#platform';
import type { ItemClass } from './item-class';

/** States of a replay plan. The SQL CHECK and docs/reference/states.md say the same; a test compares the three. */
export const PLAN_STATES = [
  'draft',
  'dry-running',
  'dry-run',
  'approved',
  'running',
  'paused',
  'stopped',
  'done',
  'cancelled',
] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** `dry-run`: the dry run is there. `dry-run → running`: the policy asks for no approval. `stopped`: the run has stopped itself and says why. */
export const PLAN_TRANSITIONS: Readonly<Record<PlanState, readonly PlanState[]>> = {
  draft: ['dry-running', 'cancelled'],
  'dry-running': ['dry-run', 'cancelled'],
  'dry-run': ['dry-running', 'approved', 'running', 'cancelled'],
  approved: ['dry-running', 'running', 'cancelled'],
  running: ['paused', 'stopped', 'done', 'cancelled'],
  paused: ['running', 'dry-running', 'cancelled'],
  stopped: ['running', 'dry-running', 'cancelled'],
  done: [],
  cancelled: [],
};

/** What a plan does with its items. `replay`: sends them again. The others are words of people about what is never sent again. */
export const PLAN_ACTIONS = ['replay', 'mark-done', 'give-up', 'link-registration'] as const;
export type PlanAction = (typeof PLAN_ACTIONS)[number];

/** `dead-letters`: what automatic handling gave up. `history`: what was settled, for a partner that lost its data. */
export const PLAN_SOURCES = ['dead-letters', 'history'] as const;
export type PlanSource = (typeof PLAN_SOURCES)[number];

/** Which deliveries; all given parts must fit. Codes and ids only. */
export interface Selection {
  partner?: PartnerId;
  operation?: string;
  /** Key of a group of dead letters. */
  group?: string;
  reasonCode?: string;
  unit?: string;
  procedure?: string;
  /** RFC 3339: settled from then on (history), or tried last (dead letters). */
  from?: string;
  /** RFC 3339, not included. */
  to?: string;
  /** Any code of a dossier. */
  dossiers?: readonly string[];
  ids?: readonly string[];
}

/** Why a run has stopped itself. */
export interface StopCause {
  code: 'prediction-changed' | 'too-many-errors' | 'too-slow' | 'breaker-open' | 'partner-held';
  /** Number of the item that showed it. */
  item?: number;
  partner?: PartnerId;
  /** What was foretold, and what was found. */
  expected?: ItemClass;
  found?: ItemClass;
  reasonCode?: string;
}

/** A registration that officers made outside: its code, and its sealed result. */
export interface RegistrationLink {
  registryCode: string;
  resultRef: string;
  resultDigest: string;
}

export interface ReplayPlan {
  id: string;
  action: PlanAction;
  source: PlanSource;
  selection: Selection;
  selectionHash: Buffer;
  items: number;
  dossiers: number;
  /** Communes of its items. */
  units: readonly string[];
  /** The registration that `link-registration` ties to its dossier. */
  link: RegistrationLink | null;
  /** Names of edited fields. */
  editedFields: readonly string[] | null;
  state: PlanState;
  reasonCode: string;
  reason: string;
  requestedBy: string;
  createdAt: Date;
  ratePerSecond: number;
  maxErrorShare: number;
  /** A watch or a healing started it by policy. */
  startsByPolicy: boolean;
  dryRunAt: Date | null;
  totals: PlanTotals | null;
  /** Binds an approval: selection, edits and dry run. */
  hash: Buffer | null;
  needsApproval: boolean | null;
  approvedBy: string | null;
  approvedAt: Date | null;
  approvalExpiresAt: Date | null;
  startedBy: string | null;
  startedAt: Date | null;
  endedAt: Date | null;
  /** First item that the run has not handled. */
  nextNumber: number;
  /** Last item that the dry run has looked at. */
  lookedNumber: number;
  wave: number;
  waveFirst: number;
  waveLast: number;
  /** When the ramp began anew: at the start, and at each resumption. */
  rampFrom: Date | null;
  drainFrom: Date | null;
  /** Items sent since `drainFrom`. */
  drained: number;
  /** Failed items of this wave. */
  waveFailed: number;
  counts: PlanCounts;
  stop: StopCause | null;
  leaseOwner: string | null;
}

/** Items by what the dry run found, and what the run will do with them. */
export interface PlanTotals {
  classes: Partial<Record<ItemClass, number>>;
  actions: { send: number; settle: number; cancel: number; skip: number };
  /** Items of which a partner would complain, by field. */
  complaints: Readonly<Record<string, number>>;
}

/** What became of its items so far. `sent`: released to their lanes; of these `done` and `failed` have ended; what an event made moot meanwhile is
 *  among `skipped`. */
export interface PlanCounts {
  sent: number;
  done: number;
  failed: number;
  settled: number;
  cancelled: number;
  skipped: number;
}

export const NO_COUNTS: PlanCounts = { sent: 0, done: 0, failed: 0, settled: 0, cancelled: 0, skipped: 0 };

/** @throws AppError 409 `replay-not-allowed` with the state */
export function assertPlanTransition(from: PlanState, to: PlanState): void {
  if (PLAN_TRANSITIONS[from].includes(to)) return;
  throw new AppError({
    code: 'replay-not-allowed',
    disposition: 'refuse',
    status: 409,
    detail: `a plan that is ${from} cannot become ${to}`,
    extra: { state: from },
  });
}
