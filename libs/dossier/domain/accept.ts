import type { Command, Verdict } from './commands';
import { acceptDecision } from './accept-decision';
import { acceptDelivery } from './accept-delivery';
import { acceptRegistryReport } from './accept-registry-report';
import { dossierDueAt, legDueAt } from './due-dates';
import type { DossierEvent } from './events';
import { legsOn, localCodeOn, type Procedure } from './procedure';
import type { DossierState } from './state';
import { rfc3339 } from '#platform';

/** The decision about every change of a dossier: events, or a conflict that says what would be allowed.
 *  Pure and total (DESIGN §6). `state` is null before the first event; `today` is the instant of the command. */
export function accept(state: DossierState | null, command: Command, procedure: Procedure, today: Date): Verdict {
  if (command.kind === 'receive')
    return state === null ? receive(command, procedure) : conflict(state, 'dossier-exists');
  if (state === null) return { conflict: { code: 'dossier-unknown', state: null, allowedDecisions: [] } };
  switch (command.kind) {
    case 'receive-again':
      return { events: receiveAgain(state, command) };
    case 'record-conflict':
      return { events: [conflictOf(command)] };
    case 'decide':
      return acceptDecision(state, command, today);
    case 'registry-reported':
      return { events: acceptRegistryReport(state, command, today) };
    case 'supplement-deadline-passed':
      return { events: deadlinePassed(state, command.deadline) };
    case 'clear-attention':
      return { events: attentionCleared(state, command.reason) };
    default:
      return { events: acceptDelivery(state, command) };
  }
}

function conflict(state: DossierState, code: 'dossier-exists'): Verdict {
  return { conflict: { code, state: state.state, allowedDecisions: [] } };
}

function receive(command: Extract<Command, { kind: 'receive' }>, procedure: Procedure): Verdict {
  const { kind, oneStopCode, ...fact } = command;
  void kind;
  const receivedAt = new Date(command.receivedAt);
  const legs = legsOn(procedure, command.procedureCode, receivedAt).map((leg) => ({
    leg: leg.leg,
    authority: leg.authority,
    ...(leg.limitWorkingDays === undefined ? {} : { dueAt: rfc3339(legDueAt(receivedAt, leg.limitWorkingDays)) }),
  }));
  const events: DossierEvent[] = [
    {
      type: 'dossier.received',
      data: {
        ...fact,
        procedure: procedure.id,
        localProcedureCode: localCodeOn(procedure, receivedAt),
        dueAt: rfc3339(dossierDueAt(receivedAt)),
        legs,
      },
    },
  ];
  if (oneStopCode !== undefined) events.push({ type: 'one-stop-code.assigned', data: { oneStopCode, via: 'filing' } });
  return { events };
}

/** The same code listed or filed again (CONTRACTS §1.3 *Intake*). */
function receiveAgain(
  state: DossierState,
  command: Extract<Command, { kind: 'receive-again' }>,
): readonly DossierEvent[] {
  const isAwaited = state.state === 'awaiting-supplement';
  if (state.contentDigests.includes(command.contentDigest)) {
    // An old listing is never a supplement: while one is awaited it stays unacknowledged.
    return isAwaited ? [] : [{ type: 'listing.repeated', data: { round: state.round } }];
  }
  if (isAwaited) {
    const { contentRef, contentDigest } = command;
    return [{ type: 'supplement.received', data: { contentRef, contentDigest, round: state.round + 1 } }];
  }
  const { contentDigest, messageId } = command;
  return [
    {
      type: 'conflict.recorded',
      data: { reason: 'content-changed-unasked', contentDigest, ...(messageId ? { messageId } : {}) },
    },
  ];
}

function conflictOf({ reason, messageId }: Extract<Command, { kind: 'record-conflict' }>): DossierEvent {
  return { type: 'conflict.recorded', data: { reason, messageId } };
}

function attentionCleared(state: DossierState, reason: string): readonly DossierEvent[] {
  return state.attention ? [{ type: 'attention.cleared', data: { reason } }] : [];
}

/** Only a person refuses; the passed deadline calls for one. */
function deadlinePassed(state: DossierState, deadline: string): readonly DossierEvent[] {
  const isStillAwaited = state.state === 'awaiting-supplement' && state.supplement?.deadline === deadline;
  return isStillAwaited && !state.supplement?.isOverdue ? [{ type: 'supplement.overdue', data: { deadline } }] : [];
}
