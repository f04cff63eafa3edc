import { isLoggableCode, type SyncLogDetail, type SyncLogEntryInput, type SyncLogKind } from '#synclog';
import type { AttemptRow, DeliveryChange } from '../adapters/settlement-rows';
import { callOf, type FinishedAttempt } from '../domain/attempt';
import type { NextStep } from '../domain/decide-next';
import type { JudgedAttempt } from '../domain/judge-attempt';
import type { FieldComplaint } from '../ports';

/** The answer's trace: its digest always, its sealed bytes where they are kept. */
export interface AnswerEvidence {
  ref: string | null;
  digest: Buffer | null;
  /** Sealed reading of a text that nobody knows, and the keyed digest by which it is found. */
  text: { ref: string; digest: Buffer } | null;
}

export function attemptRow({ attempt, isLate }: JudgedAttempt, workerId: string, evidence: AnswerEvidence): AttemptRow {
  const call = callOf(attempt);
  return {
    id: attempt.id,
    delivery_id: attempt.claim.deliveryId,
    number: attempt.claim.attempts,
    kind: attempt.tried.kind,
    worker: workerId,
    fence: attempt.claim.fence,
    started_at: attempt.startedAt,
    ended_at: attempt.endedAt,
    outcome: outcomeOf(attempt),
    wire: call.wire,
    http_status: call.httpStatus ?? null,
    reason_code: call.reasonCode,
    rule_id: call.rule?.id ?? null,
    rule_version: call.rule?.version ?? null,
    answer_ref: evidence.ref,
    answer_digest: evidence.digest?.toString('hex') ?? null,
    text_ref: evidence.text?.ref ?? null,
    fields: fieldsOf(attempt),
    late: isLate,
  };
}

/** The delivery's new state; undefined when the attempt is only evidence. */
export function deliveryChange(
  judged: JudgedAttempt,
  now: Date,
  evidence: Pick<AnswerEvidence, 'text'>,
): DeliveryChange | undefined {
  const { attempt, next } = judged;
  if (next === null) return undefined;
  const call = callOf(attempt);
  return {
    id: attempt.claim.deliveryId,
    outcome: call.outcome,
    reason_code: call.reasonCode,
    rule_id: call.rule?.id ?? null,
    rule_version: call.rule?.version ?? null,
    fields: fieldsOf(attempt),
    text_digest: waitsForPerson(next) ? (evidence.text?.digest.toString('hex') ?? null) : null,
    last_attempt_at: attempt.tried.kind === 'call' ? attempt.startedAt : null,
    ...stateAfter(next, now),
  };
}

/** What was wrong with which field: the partner's complaints, or what was missing when the message was made. */
function fieldsOf(attempt: FinishedAttempt): readonly FieldComplaint[] | null {
  if (attempt.field !== undefined) return [{ field: attempt.field, problem: 'missing' }];
  const { fields } = callOf(attempt);
  return fields === undefined || fields.length === 0 ? null : fields;
}

function waitsForPerson(next: NextStep): boolean {
  return next.status === 'unknown' && next.dueAt === null;
}

function stateAfter(
  next: NextStep,
  now: Date,
): Pick<DeliveryChange, 'status' | 'due_at' | 'settled_at' | 'drop_content'> & { outcome?: string } {
  const { status } = next;
  switch (next.status) {
    case 'settled':
      return { status, due_at: null, settled_at: now, drop_content: false, outcome: next.outcome };
    case 'dead':
      return { status, due_at: null, settled_at: null, drop_content: false };
    case 'waiting':
    case 'unknown':
      return { status, due_at: next.dueAt, settled_at: null, drop_content: next.dropContent };
  }
}

/** What the sync log says: one entry for the attempt, and one for what needs a person. */
export function entriesOf(judged: JudgedAttempt, evidence: AnswerEvidence): SyncLogEntryInput[] {
  const kinds: SyncLogKind[] = [attemptKind(judged)];
  const { next } = judged;
  if (next?.status === 'dead') kinds.push('delivery.dead-lettered');
  if (next?.status === 'unknown' && next.dueAt === null) kinds.push('delivery.unresolved');
  if (next?.status === 'settled' && next.outcome === 'refused') kinds.push('discrepancy.found');
  const { content } = judged;
  return kinds.map((kind) => ({
    kind,
    ...sharedFields(judged.attempt),
    ...(content === null ? {} : { contentDigest: content.digest.toString('base64') }),
    detail: detailOf(judged, evidence),
  }));
}

/** A delivery that was cancelled because its dossier has ended. */
export function cancelledEntry(attempt: FinishedAttempt): SyncLogEntryInput {
  return {
    kind: 'delivery.cancelled',
    ...sharedFields(attempt),
    detail: { deliveryId: attempt.claim.deliveryId, toState: 'cancelled' },
  };
}

function attemptKind({ attempt, isLate }: JudgedAttempt): SyncLogKind {
  if (isLate) return 'attempt.refused-late';
  return attempt.tried.kind === 'probe' ? 'probe.settled' : 'attempt.settled';
}

function sharedFields(attempt: FinishedAttempt): Omit<SyncLogEntryInput, 'kind'> {
  const { claim } = attempt;
  const { dvclt, oneStop } = claim.dossier.codes;
  const { rule } = callOf(attempt);
  return {
    actor: { id: 'courier', type: 'system' },
    dossierId: claim.dossierId,
    codes: oneStop === undefined ? [dvclt] : [dvclt, oneStop],
    partner: claim.partner,
    operation: claim.operation,
    unit: claim.unit,
    procedure: claim.procedure,
    outcome: outcomeOf(attempt),
    ...(rule ? { rule } : {}),
  };
}

function detailOf({ attempt, next, statusBefore, content }: JudgedAttempt, evidence: AnswerEvidence): SyncLogDetail {
  const call = callOf(attempt);
  return {
    deliveryId: attempt.claim.deliveryId,
    attemptId: attempt.id,
    attempt: attempt.claim.attempts,
    wire: call.wire,
    reasonCode: loggable(call.reasonCode),
    durationMs: attempt.endedAt.getTime() - attempt.startedAt.getTime(),
    toState: next?.status ?? statusBefore,
    ...(call.httpStatus === undefined ? {} : { httpStatus: call.httpStatus }),
    ...(attempt.field === undefined ? {} : { field: loggable(attempt.field) }),
    ...(content === null ? {} : { contentRef: content.ref }),
    ...(evidence.digest === null ? {} : { answerDigest: evidence.digest.toString('base64') }),
    ...(evidence.ref === null ? {} : { refs: [evidence.ref] }),
  };
}

/** A code that an adapter built out of a partner's words must not stop the settlement of a whole batch. */
function loggable(code: string): string {
  return isLoggableCode(code) ? code : 'unreadable';
}

function outcomeOf({ tried }: FinishedAttempt): string {
  return tried.kind === 'call' ? tried.result.outcome : tried.probe.verdict;
}
