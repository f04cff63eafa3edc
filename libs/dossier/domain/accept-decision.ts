import type { Command, Decision, Verdict } from './commands';
import { allowedDecisions } from './decisions';
import { supplementDueText } from './due-dates';
import type { DossierEvent } from './events';
import type { DossierState } from './state';
import { RegistryStatus } from './statuses';

type Decide = Extract<Command, { kind: 'decide' }>;

/** An officer's decision: allowed by the table of CONTRACTS §2, or a conflict with what would be. */
export function acceptDecision(state: DossierState, command: Decide, today: Date): Verdict {
  const arrival = evidenceOfArrival(state, command);
  if (arrival === 'mismatch') return refuse(state, 'one-stop-code-mismatch');
  const stateNow = arrival.length > 0 ? 'with-one-stop' : state.state;
  if (!allowedDecisions(stateNow).includes(command.decision)) return refuse(state, 'decision-not-allowed');
  return { events: [...arrival, decisionEvent(command, today), ...afterEffects(state, command)] };
}

function refuse(state: DossierState, code: 'decision-not-allowed' | 'one-stop-code-mismatch'): Verdict {
  return { conflict: { code, state: state.state, allowedDecisions: allowedDecisions(state.state) } };
}

/** A decision that names the one-stop's code proves that the hand-over arrived, whatever its answer was (CONTRACTS §1.3). */
function evidenceOfArrival(state: DossierState, command: Decide): readonly DossierEvent[] | 'mismatch' {
  if (command.oneStopCode === undefined) return [];
  if (state.codes.oneStop === undefined) {
    return [{ type: 'one-stop-code.assigned', data: { oneStopCode: command.oneStopCode, via: 'decision' } }];
  }
  return state.codes.oneStop === command.oneStopCode ? [] : 'mismatch';
}

function decisionEvent(command: Decide, today: Date): DossierEvent {
  const decided = { decidedAt: command.decidedAt, ...(command.officerRef ? { officerRef: command.officerRef } : {}) };
  const makers: Record<Decision, () => DossierEvent> = {
    accept: () => ({ type: 'dossier.accepted', data: decided }),
    'request-supplement': () => ({
      type: 'supplement.requested',
      data: {
        ...decided,
        by: 'one-stop',
        deadline: command.supplementDeadline ?? supplementDueText(command.decidedAt, today),
      },
    }),
    refuse: () => ({ type: 'dossier.refused', data: { ...decided, by: 'one-stop' } }),
    withdraw: () => ({ type: 'dossier.withdrawn', data: decided }),
    'require-fee': () => ({ type: 'fee.required', data: decided }),
    stop: () => ({ type: 'dossier.stopped', data: decided }),
    'hand-over': () => ({ type: 'result.handed-over', data: decided }),
  };
  return makers[command.decision]();
}

/** An end that hộ tịch may contradict, since nothing can be said to it: a person must look (CONTRACTS §2). Either the registration is on
 *  its way, or hộ tịch has told that it registered and only its file is missing. */
function afterEffects(state: DossierState, command: Decide): readonly DossierEvent[] {
  const ends: readonly Decision[] = ['withdraw', 'stop', 'refuse'];
  if (!ends.includes(command.decision)) return [];
  const isOnItsWay = command.registration === 'in-flight' || command.registration === 'unknown';
  const isRegistered = state.statuses.registry === RegistryStatus.Completed;
  if (!isOnItsWay && !isRegistered) return [];
  const difference = isRegistered ? 'registered-before-end' : 'registration-on-its-way-at-end';
  return [{ type: 'discrepancy.found', data: { partner: 'hotich', class: difference } }];
}
