import { retryAfterMs, type ReconciliationPolicy } from './reconciliation-policy';

const HOUR_MS = 3_600_000;
/** The partner asks us to call less often. */
const TOO_MANY_CALLS = 'http.429';
/** A list that the partner refuses so often in a row is not given today. */
const REFUSALS = 3;

/** A call that brought no usable answer. */
export interface Failure {
  /** Code of the failure. */
  code: string;
  /** The partner asked for this pause, ms. */
  waitMs?: number;
}

/** Failures in a row of one run. */
export interface Failures {
  /** Without those that only asked us to call less often. */
  failures: number;
  throttled: number;
  throttledSince: Date | null;
}

export const NO_FAILURES: Failures = { failures: 0, throttled: 0, throttledSince: null };

export interface Patience extends Failures {
  /** Before the next call, ms. */
  pauseMs: number;
  /** `refused`: the partner answers, and does not give what is asked for. `given-up`: it gave no usable answer too often. `too-long`: whatever is asked next
   *  would have to wait too long, too. */
  now: 'waits' | 'refused' | 'given-up' | 'too-long';
}

/** What follows from one more failure. Pure and total. To be asked for fewer calls is no sign that the partner is away, unless it goes on for an hour. */
export function patienceAfter(
  before: Failures,
  failure: Failure,
  { partner, at, policy }: { partner: string; at: Date; policy: ReconciliationPolicy },
): Patience {
  const row = failuresWith(before, failure, at);
  const waitMs = failure.waitMs ?? 0;
  const pauseMs = Math.max(retryAfterMs(row.failures + row.throttled, policy), waitMs);
  const goesOnMs = failure.code === TOO_MANY_CALLS ? at.getTime() + pauseMs - (row.throttledSince ?? at).getTime() : 0;
  if (Math.max(waitMs, goesOnMs) > HOUR_MS) return { ...row, pauseMs, now: 'too-long' };
  if (row.failures >= policy.giveUpAfter) return { ...row, pauseMs, now: 'given-up' };
  // Codes of answers that were read begin with their partner; those of the way to it do not.
  const isRefused = row.failures >= REFUSALS && failure.code.startsWith(`${partner}.`);
  return { ...row, pauseMs, now: isRefused ? 'refused' : 'waits' };
}

function failuresWith({ failures, throttled, throttledSince }: Failures, { code }: Failure, at: Date): Failures {
  return code === TOO_MANY_CALLS
    ? { failures, throttled: throttled + 1, throttledSince: throttledSince ?? at }
    : { failures: failures + 1, throttled, throttledSince };
}
