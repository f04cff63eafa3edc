import type { Log } from '#platform';
import { callOf } from '../domain/attempt';
import type { JudgedAttempt } from '../domain/judge-attempt';

/** One wide line per attempt: ids and codes, never bodies (STYLE, Logs). */
export function logAttempt({ attempt, isLate, next, statusBefore }: JudgedAttempt, log: Log): void {
  const call = callOf(attempt);
  log.info('attempt.settled', {
    deliveryId: attempt.claim.deliveryId,
    dossierId: attempt.claim.dossierId,
    partner: attempt.claim.partner,
    operation: attempt.claim.operation,
    attempt: attempt.claim.attempts,
    kind: attempt.tried.kind,
    outcome: attempt.tried.kind === 'probe' ? attempt.tried.probe.verdict : call.outcome,
    wire: call.wire,
    reasonCode: call.reasonCode,
    httpStatus: call.httpStatus,
    durationMs: attempt.endedAt.getTime() - attempt.startedAt.getTime(),
    statusBefore,
    status: next?.status ?? statusBefore,
    dueAt: next && 'dueAt' in next ? (next.dueAt?.toISOString() ?? null) : undefined,
    late: isLate,
  });
}
