import type { CallResult, PartnerPolicy, ProbeResult, RepeatPolicy } from '../ports';
import { backOffMs } from './back-off';

/** What was tried, and what came of it. */
export type TriedAttempt = { kind: 'call'; result: CallResult } | { kind: 'probe'; probe: ProbeResult };

/** Facts about the delivery that the decision needs. */
export interface DeliveryHistory {
  /** Where the delivery stood while it was tried. */
  status: 'in-flight' | 'unknown';
  /** Calls and probes started, this one included. */
  attempts: number;
  firstAttemptAt: Date;
  /** No call of this delivery started later: *absent* is judged from here. */
  lastCallAt: Date;
}

export interface DecisionRules {
  policy: PartnerPolicy;
  repeatPolicy: RepeatPolicy;
  /** In [0, 1); drawn by the caller. */
  random: number;
  now: Date;
}

type DeadCause = 'refused' | 'attempts-exhausted' | 'age-exhausted';

/** Where a delivery goes from here. `dropContent`: the kept content is rendered anew before the next call. */
export type NextStep =
  | { status: 'settled'; outcome: 'accepted' | 'already-applied' }
  /** A true fact that the partner refuses and that is never rewritten: discrepancy, and the lane goes on (CONTRACTS §1.3, Portal). */
  | { status: 'settled'; outcome: 'refused' }
  | { status: 'waiting'; dueAt: Date; dropContent: boolean }
  /** `dueAt` null: a person classifies, nothing is repeated. */
  | { status: 'unknown'; dueAt: Date | null; dropContent: boolean }
  | { status: 'dead'; cause: DeadCause };

/** Reason codes of texts nobody has classified yet (`text.unmatched`, `text.vetoed`, `text.contradictory`): after them
 *  nothing is repeated and nothing is asked (CONTRACTS §1.3). */
const FOR_A_PERSON = 'text.';

/** The partner's policy as it is for one operation. */
export function policyFor(policy: PartnerPolicy, operation: string): PartnerPolicy {
  return { ...policy, ...policy.retryOf?.[operation] };
}

/** The next step of a delivery. Pure and total: time and chance come in as values (DESIGN §7). */
export function decideNext(tried: TriedAttempt, history: DeliveryHistory, rules: DecisionRules): NextStep {
  return tried.kind === 'call' ? afterCall(tried.result, history, rules) : afterProbe(tried.probe, history, rules);
}

function afterCall(result: CallResult, history: DeliveryHistory, rules: DecisionRules): NextStep {
  const dropContent = result.rerender === true;
  switch (result.outcome) {
    case 'accepted':
    case 'already-applied':
      return { status: 'settled', outcome: result.outcome };
    case 'refused':
      return result.laneGoesOn === true
        ? { status: 'settled', outcome: 'refused' }
        : { status: 'dead', cause: 'refused' };
    case 'retry':
      // A call that repeats an unknown one and does not get through leaves the first one as unknown as it was (law 2).
      return again(history.status === 'unknown' ? 'unknown' : 'waiting', delayMs(result, history, rules), dropContent, {
        history,
        rules,
      });
    case 'unknown':
      if (result.reasonCode.startsWith(FOR_A_PERSON)) return { status: 'unknown', dueAt: null, dropContent: false };
      return again('unknown', delayMs(result, history, rules), dropContent, { history, rules });
  }
}

function afterProbe(probe: ProbeResult, history: DeliveryHistory, rules: DecisionRules): NextStep {
  const dropContent = probe.call.rerender === true;
  switch (probe.verdict) {
    case 'applied':
      return { status: 'settled', outcome: 'already-applied' };
    case 'absent': {
      const countsFrom = absentCountsFrom(history.lastCallAt, rules.policy);
      // Nothing was asked: the adapter says that a repeat of this very content is harmless.
      const isHarmless = probe.call.wire === 'not-written' && probe.call.outcome !== 'retry';
      if (isHarmless || probe.askedAt > countsFrom) return again('waiting', 0, dropContent, { history, rules });
      return again('unknown', countsFrom.getTime() + 1 - rules.now.getTime(), false, { history, rules });
    }
    case 'cannot-tell':
      return again('unknown', delayMs(probe.call, history, rules), false, { history, rules });
  }
}

/** Until then the old request may still be running at the partner (CONTRACTS §1.3). */
function absentCountsFrom(lastCallAt: Date, policy: Pick<PartnerPolicy, 'deadlineMs' | 'absentAfterMs'>): Date {
  return new Date(lastCallAt.getTime() + policy.deadlineMs + policy.absentAfterMs);
}

/** `Retry-After` is honoured as given; else back-off. */
function delayMs(result: CallResult, history: DeliveryHistory, rules: DecisionRules): number {
  return result.retryAfterMs ?? backOffMs(history.attempts, rules.policy, rules.random);
}

/** Bounded by count and by age: automatic handling ends in a dead letter, never in silence. */
function again(
  status: 'waiting' | 'unknown',
  afterMs: number,
  dropContent: boolean,
  { history, rules }: { history: DeliveryHistory; rules: DecisionRules },
): NextStep {
  if (history.attempts >= rules.policy.maxAttempts) return { status: 'dead', cause: 'attempts-exhausted' };
  const dueAt = new Date(rules.now.getTime() + Math.max(0, afterMs));
  if (dueAt.getTime() - history.firstAttemptAt.getTime() > rules.policy.maxAgeMs)
    return { status: 'dead', cause: 'age-exhausted' };
  return { status, dueAt, dropContent };
}
