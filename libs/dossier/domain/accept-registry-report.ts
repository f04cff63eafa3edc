import type { Command } from './commands';
import { isFinal } from './decisions';
import { supplementDueText } from './due-dates';
import type { DossierEvent } from './events';
import type { DossierState } from './state';
import { RegistryStatus } from './statuses';

type Report = Extract<Command, { kind: 'registry-reported' }>;

/** A row of hộ tịch's poll (hotich.md §4). The caller has judged that it is not older than our last write. */
export function acceptRegistryReport(state: DossierState, report: Report, today: Date): readonly DossierEvent[] {
  if (isFinal(state.state)) return afterEnd(state, report);
  // The new push is due: until it has arrived, hộ tịch speaks of the version before the supplement, and DVCLT has no 7 yet.
  if (state.registry.resubmitAwaited) return [];
  const arrival = evidenceOfArrival(state, report);
  switch (report.status) {
    case RegistryStatus.Completed:
      return [...arrival, ...completed(state, report)];
    case RegistryStatus.SupplementRequired:
      return [...arrival, ...supplementAsked(state, report, today)];
    case RegistryStatus.Refused:
      return [...arrival, ...refused(state, report)];
    default:
      return [...arrival, ...statusOnly(state, report)];
  }
}

function decided(report: Report): { decidedAt: string; officerRef?: string } {
  return { decidedAt: report.at, ...(report.officerRef ? { officerRef: report.officerRef } : {}) };
}

/** A row proves that the push arrived: the step that DVCLT needs (7) has its evidence (DESIGN §6). */
function evidenceOfArrival(state: DossierState, report: Report): readonly DossierEvent[] {
  const isOpen = state.state === 'with-registry' && !state.registry.submitted;
  return isOpen ? [{ type: 'registration.submitted', data: { at: report.at, repeat: false } }] : [];
}

function statusOnly(state: DossierState, report: Report): readonly DossierEvent[] {
  return state.statuses.registry === report.status ? [] : [reported(report)];
}

function reported({ status, at }: Report): DossierEvent {
  return { type: 'registry-status.reported', data: { status, at } };
}

/** Completed without file or number: stay, poll on, tell nobody (Q19). */
function completed(state: DossierState, report: Report): readonly DossierEvent[] {
  if (state.state === 'registered' || !report.result)
    return state.state === 'registered' ? [] : statusOnly(state, report);
  if (state.state !== 'with-registry') return disagree(state, report, 'completed-out-of-turn');
  return [{ type: 'registration.completed', data: { ...decided(report), ...report.result } }];
}

function supplementAsked(state: DossierState, report: Report, today: Date): readonly DossierEvent[] {
  if (state.state === 'with-one-stop') return askedMeanwhile(state, report);
  const isAwaited = state.state === 'awaiting-supplement';
  const isPassedOn = isAwaited && state.supplement?.by === 'registry' && isLaterRequest(state, report);
  if (isAwaited && !isPassedOn) return askedMeanwhile(state, report);
  if (!isAwaited && state.state !== 'with-registry') return disagree(state, report, 'supplement-asked-out-of-turn');
  const deadline = report.supplementDeadline ?? supplementDueText(report.at, today);
  return [{ type: 'supplement.requested', data: { ...decided(report), by: 'registry', deadline } }];
}

/** The citizen is not asked now: only the number, or the time of the request that the next push answers, is new. */
function askedMeanwhile(state: DossierState, report: Report): readonly DossierEvent[] {
  return isLaterRequest(state, report) ? [reported(report)] : statusOnly(state, report);
}

/** hộ tịch has no numbers for its requests: a row still in state 2 that changed later is another one. */
function isLaterRequest({ statuses, registry }: DossierState, { changedAt }: Report): boolean {
  if (statuses.registry !== RegistryStatus.SupplementRequired || !changedAt || !registry.askedAt) return false;
  return new Date(changedAt).getTime() > new Date(registry.askedAt).getTime();
}

/** hộ tịch may refuse what it asked to be supplemented; DVCLT takes a 6 at once after a 2. */
function refused(state: DossierState, report: Report): readonly DossierEvent[] {
  const isItsTurn =
    state.state === 'with-registry' || (state.state === 'awaiting-supplement' && state.supplement?.by === 'registry');
  if (!isItsTurn) return disagree(state, report, 'refused-out-of-turn');
  return [{ type: 'dossier.refused', data: { ...decided(report), by: 'registry' } }];
}

/** Reported once: the number is kept, and the difference goes to a person. */
function disagree(state: DossierState, report: Report, difference: string): readonly DossierEvent[] {
  const status = statusOnly(state, report);
  return status.length === 0
    ? []
    : [...status, { type: 'discrepancy.found', data: { partner: 'hotich', class: difference } }];
}

/** Of an ended dossier only how hộ tịch ends it is news; that it registers what was withdrawn is a difference. */
function afterEnd(state: DossierState, report: Report): readonly DossierEvent[] {
  if (state.state === 'finished') return [];
  if (report.status === RegistryStatus.Refused) return statusOnly(state, report);
  return report.status === RegistryStatus.Completed ? disagree(state, report, 'registered-after-end') : [];
}
