import type { PartnerId } from '#dossier';

/** `skipped`: it was due and could not be made; that is no clean result. `stopped`: it ended before it had looked at everything. */
export const RECONCILIATION_STATES = ['queued', 'running', 'finished', 'stopped', 'skipped'] as const;
export type ReconciliationState = (typeof RECONCILIATION_STATES)[number];

/** Every change of state that is allowed; used by code and compared with the CHECK in SQL. */
export const RECONCILIATION_TRANSITIONS: Readonly<Record<ReconciliationState, readonly ReconciliationState[]>> = {
  queued: ['running', 'stopped'],
  running: ['finished', 'stopped'],
  finished: [],
  stopped: [],
  skipped: [],
};

/** `demand`: a person asked. `schedule`: its time had come. */
export const RECONCILIATION_CAUSES = ['demand', 'schedule'] as const;
export type ReconciliationCause = (typeof RECONCILIATION_CAUSES)[number];

/** What a run has come to so far. Dossiers are counted once: agreed + differing + unreadable + notLookedAt. What only the partner has (`missing-here`) is
 *  in `differing` too, and rows of its list that could not be read are in `unreadable`. */
export interface ReconciliationCounts {
  agreed: number;
  differing: number;
  unreadable: number;
  notLookedAt: number;
  /** Calls made to the partner. */
  calls: number;
}

export const NO_COUNTS: ReconciliationCounts = { agreed: 0, differing: 0, unreadable: 0, notLookedAt: 0, calls: 0 };

/** One comparison with one partner. */
export interface Reconciliation {
  id: string;
  partner: PartnerId;
  cause: ReconciliationCause;
  state: ReconciliationState;
  /** Of the dossiers that we stored then; the end not included. */
  from: Date;
  to: Date;
  /** Account; null by schedule. */
  requestedBy: string | null;
  requestedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  counts: ReconciliationCounts;
  /** Why dossiers were not looked at: reason code → dossiers. */
  notLookedAtBecause: Readonly<Record<string, number>>;
  /** Why it stopped or was skipped, kebab-case; `by-person` when a person stopped it; null else. */
  reasonCode: string | null;
  /** Account that stopped it. */
  stoppedBy: string | null;
  /** While it runs: code of the last call without a usable answer. When it ended: of the one for which it stopped (`partner-away`) or left its list
   *  (`listFailed`), e.g. `http.5xx`. Null = none. */
  failureCode: string | null;
  /** The partner's list could not be read: what only the partner has was not looked for, so that the run is not clean whatever it counts. */
  listFailed: boolean;
}

/** The counts with dossiers more that were not looked at. */
export function withNotLookedAt<R extends Pick<Reconciliation, 'counts' | 'notLookedAtBecause'>>(
  run: R,
  reasonCode: string,
  dossiers: number,
): R {
  if (dossiers === 0) return run;
  const { counts, notLookedAtBecause } = run;
  return {
    ...run,
    counts: { ...counts, notLookedAt: counts.notLookedAt + dossiers },
    notLookedAtBecause: { ...notLookedAtBecause, [reasonCode]: (notLookedAtBecause[reasonCode] ?? 0) + dossiers },
  };
}
