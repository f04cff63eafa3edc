import type { FinishedAttempt } from './attempt';
import { decideNext, type DecisionRules, type NextStep } from './decide-next';
import { assertTransition, type DeliveryStatus } from './transitions';

/** Lane and delivery as found under their locks at settlement. */
export interface FoundDelivery {
  status: DeliveryStatus;
  lastCallAt: Date | null;
  fence: string;
  leaseOwner: string | null;
  content: SentContent | null;
}

/** What a call carries: its sealed object, and the salted digest of it. */
export interface SentContent {
  ref: string;
  digest: Buffer;
}

/** An attempt with what follows from it. `next` null: kept as evidence, nothing changes. */
export interface JudgedAttempt {
  attempt: FinishedAttempt;
  /** The lease was lost before the settlement: it may not decide, but what it knows is kept. */
  isLate: boolean;
  next: NextStep | null;
  statusBefore: DeliveryStatus;
  /** Null where nothing was kept to be sent, and after a lost lease: another may have made the content anew. */
  content: SentContent | null;
}

/** Decides whether an attempt may still settle its delivery, and how. Pure.
 *  An old fencing number is refused; the late answer may only resolve what is unknown or given up (DESIGN §7). */
export function judgeAttempt(
  attempt: FinishedAttempt,
  found: FoundDelivery,
  workerId: string,
  rules: DecisionRules,
): JudgedAttempt {
  const isLate = found.fence !== attempt.claim.fence || found.leaseOwner !== workerId;
  const base = { attempt, isLate, statusBefore: found.status, content: isLate ? null : found.content };
  if (isLate) return { ...base, next: lateStep(attempt, found, rules) };
  if (found.status !== 'in-flight' && found.status !== 'unknown') return { ...base, next: null };
  const next = stepOf(attempt, found.status, found, rules);
  assertTransition(found.status, next.status);
  return { ...base, next };
}

function lateStep(attempt: FinishedAttempt, found: FoundDelivery, rules: DecisionRules): NextStep | null {
  if (found.status !== 'unknown' && found.status !== 'dead') return null;
  const step = stepOf(attempt, 'unknown', found, rules);
  return step.status === 'settled' && step.outcome !== 'refused' ? step : null;
}

function stepOf(
  attempt: FinishedAttempt,
  status: 'in-flight' | 'unknown',
  found: FoundDelivery,
  rules: DecisionRules,
): NextStep {
  const { claim, tried, startedAt } = attempt;
  // Without a recorded call (a crash came first) the claim itself bounds when one may have started.
  const lastCallAt = tried.kind === 'call' ? startedAt : (found.lastCallAt ?? claim.claimedAt);
  return decideNext(
    tried,
    {
      status,
      attempts: claim.attempts - claim.attemptsBefore,
      firstAttemptAt: claim.firstAttemptAt,
      lastCallAt,
    },
    rules,
  );
}
