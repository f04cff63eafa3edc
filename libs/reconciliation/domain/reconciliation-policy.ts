import type { PartnerId } from '#dossier';
import type { DiscrepancyClass } from './discrepancy';

/** How and when partners are compared with us (`config/reconciliation.yaml`). Times in ms. */
export interface ReconciliationPolicy {
  /** Local time `HH:mm` at which the daily runs are due. */
  dailyAt: string;
  /** Longest window that a person may ask for, days. */
  maxWindowDays: number;
  /** Calls without a usable answer in a row after which a run stops. */
  giveUpAfter: number;
  /** Pause after the first of them, doubled with each. */
  retryMs: number;
  maxRetryMs: number;
  partners: Readonly<Record<PartnerId, PartnerReconciliationPolicy>>;
}

export interface PartnerReconciliationPolicy {
  /** Compared daily, without anybody asking. */
  daily: boolean;
  /** Days before the run whose dossiers are compared. */
  windowDays: number;
  /** Of one run; a limit of the partner holds beside it. */
  callsPerSecond: number;
  /** A change there that is younger than this may still be on its way to us, ms. */
  graceMs: number;
  /** What we told, and of which the partner has nothing yet, is no difference for so long: at hộ tịch absence is normal (CONTRACTS §1.3 *Polls*). */
  absentGraceMs: number;
  /** A message to the partner that waits longer than this is late, ms. */
  lateAfterMs: number;
  /** Classes whose replay is proposed at the end of a run without anybody asking. */
  heals: readonly DiscrepancyClass[];
}

/** Pause before the next call after so many calls in a row without a usable answer, ms. */
export function retryAfterMs(
  failures: number,
  { retryMs, maxRetryMs }: Pick<ReconciliationPolicy, 'retryMs' | 'maxRetryMs'>,
): number {
  return Math.min(maxRetryMs, retryMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
}
