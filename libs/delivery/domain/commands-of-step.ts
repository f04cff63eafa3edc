import type { Command } from '#dossier';
import { rfc3339 } from '#platform';
import { callOf } from './attempt';
import type { JudgedAttempt } from './judge-attempt';

/** What the dossier is told: an outcome is a command, and `accept` decides what it means there (DESIGN §3). Pure. */
export function commandsOfStep(judged: JudgedAttempt): Command[] {
  const { attempt, next } = judged;
  const { partner, operation, deliveryId } = attempt.claim;
  const { reasonCode } = callOf(attempt);
  if (next === null) return afterCancel(judged);
  switch (next.status) {
    case 'settled':
      return [
        next.outcome === 'refused'
          ? { kind: 'discrepancy', partner, class: reasonCode }
          : settled(judged, next.outcome),
      ];
    case 'dead':
      return [...discrepancy(judged), { kind: 'delivery-dead', partner, operation, deliveryId, reasonCode }];
    case 'unknown':
      return next.dueAt === null
        ? [{ kind: 'delivery-unresolved', partner, operation, deliveryId, reasonCode }]
        : portalFound(judged);
    case 'waiting':
      return portalFound(judged);
  }
}

function settled(judged: JudgedAttempt, outcome: 'accepted' | 'already-applied'): Command {
  const { claim, endedAt } = judged.attempt;
  const { oneStopCode, provenStatus } = callOf(judged.attempt).proves ?? {};
  const { status, round, repush } = claim.facts;
  return {
    kind: 'delivery-settled',
    partner: claim.partner,
    operation: claim.operation,
    outcome,
    at: rfc3339(endedAt),
    causedSeq: claim.causedSeq,
    ...(status === undefined ? {} : { status }),
    ...(round === undefined ? {} : { round }),
    ...(repush === undefined ? {} : { repush }),
    ...(oneStopCode === undefined ? {} : { oneStopCode }),
    ...(provenStatus === undefined ? {} : { provenStatus }),
  };
}

/** Reason codes `<partner>.discrepancy.<class>`: the partner claims another state than ours. */
function discrepancy(judged: JudgedAttempt): Command[] {
  const { reasonCode } = callOf(judged.attempt);
  return reasonCode.includes('.discrepancy.')
    ? [{ kind: 'discrepancy', partner: judged.attempt.claim.partner, class: reasonCode }]
    : [];
}

function portalFound(judged: JudgedAttempt): Command[] {
  const { proves, reasonCode } = callOf(judged.attempt);
  return proves?.portalHasDossier === true ? [{ kind: 'portal-found', via: reasonCode }] : [];
}

/** A person cancelled it while it was being repeated, and it arrived all the same. */
function afterCancel({ attempt, statusBefore }: JudgedAttempt): Command[] {
  const { outcome } = callOf(attempt);
  const isApplied =
    attempt.tried.kind === 'probe'
      ? attempt.tried.probe.verdict === 'applied'
      : outcome === 'accepted' || outcome === 'already-applied';
  return statusBefore === 'cancelled' && isApplied
    ? [{ kind: 'discrepancy', partner: attempt.claim.partner, class: 'applied-after-cancel' }]
    : [];
}
