import { rfc3339 } from '#platform';
import type { Command } from './commands';
import { isFinal } from './decisions';
import { supplementDueAt } from './due-dates';
import type { DossierEvent } from './events';
import type { DossierState } from './state';
import { RegistryStatus } from './statuses';

type Report = Extract<Command, { kind: 'registry-reported' }>;

/** A row of hộ tịch's poll (hotich.md §4). The caller has judged that it is not older than our last write. */
export function acceptRegistryReport(state: DossierState, report: Report): readonly DossierEvent[] {
  if (isFinal(state.state)) return afterEnd(state, report);
  const arrival = evidenceOfArrival(state, report);
  switch (report.status) {
    case RegistryStatus.Completed:
      return [...arrival, ...completed(state, report)];
    case RegistryStatus.SupplementRequired:
      return [...arrival, ...supplementAsked(state, report)];
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
  if (state.statuses.registry === report.status) return [];
  return [{ type: 'registry-status.reported', data: { status: report.status, at: report.at } }];
}

/** Completed without file or number: stay, poll on, tell nobody (Q19). */
function completed(state: DossierState, report: Report): readonly DossierEvent[] {
  if (state.state === 'registered' || !report.result)
    return state.state === 'registered' ? [] : statusOnly(state, report);
  if (state.state !== 'with-registry') return disagree(state, report, 'completed-out-of-turn');
  return [{ type: 'registration.completed', data: { ...decided(report), ...report.result } }];
}

function supplementAsked(state: DossierState, report: Report): readonly DossierEvent[] {
  if (state.state === 'awaiting-supplement' || state.state === 'with-one-stop') return statusOnly(state, report);
  if (state.state !== 'with-registry') return disagree(state, report, 'supplement-asked-out-of-turn');
  const deadline = report.supplementDeadline ?? rfc3339(supplementDueAt(new Date(report.at)));
  return [{ type: 'supplement.requested', data: { ...decided(report), by: 'registry', deadline } }];
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

function afterEnd(state: DossierState, report: Report): readonly DossierEvent[] {
  const isExpected =
    state.state === 'finished' ||
    state.statuses.registry === report.status ||
    report.status !== RegistryStatus.Completed;
  return isExpected ? [] : disagree(state, report, 'registered-after-end');
}
