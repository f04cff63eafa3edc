import type { DossierEvent } from './events';
import { messageKey, type MessageRule, type Procedure } from './procedure';
import type { DossierState } from './state';
import type { PartnerId } from './partners';

/** What a delivery has to say: codes, statuses and references only. Made here, stored with the delivery. */
export interface PlannedFacts {
  /** Status number for push-status, report-status, sync-dossier, append-progress. */
  status?: number;
  /** RFC 3339 time of the fact that this message reports. */
  factAt: string;
  /** Vault reference of the officer note that belongs to the fact. */
  officerRef?: string;
  /** Vault reference of the note of the one-stop's last decision: fills what the fact's own note leaves empty. */
  decisionOfficerRef?: string;
  /** RFC 3339; when a supplement is asked for. */
  supplementDeadline?: string;
  /** Vault reference of the content this delivery carries (a supplement has its own). */
  contentRef?: string;
  /** Vault reference of the registration result. */
  resultRef?: string;
  /** Supplement round, for acknowledgements, hand-overs and re-submissions. */
  round?: number;
  /** RFC 3339 by the registry's clock: its request that a re-push answers; a row changed later proves the arrival (CONTRACTS §1.3). */
  answersRequestAt?: string;
  /** submit-registration: hộ tịch holds an earlier push of this dossier (a re-push after a supplement). `round` may be above 0 without one. */
  repush?: boolean;
}

export interface PlannedDelivery {
  partner: PartnerId;
  operation: string;
  /** Order among the deliveries of one event. */
  step: number;
  facts: PlannedFacts;
}

export interface PlannedTimer {
  kind: 'supplement-deadline';
  dueAt: string;
}

export interface Reaction {
  deliveries: readonly PlannedDelivery[];
  timers: readonly PlannedTimer[];
}

/** What a fact causes: messages and timers, by the procedure's table. Pure and total (DESIGN §6).
 *  `stateAfter` is the fold up to and including the event; `at` is the event's time, RFC 3339. */
export function react(stateAfter: DossierState, event: DossierEvent, procedure: Procedure, at: string): Reaction {
  const rules = procedure.messages[messageKey(event, stateAfter.source)] ?? [];
  return {
    deliveries: rules.map((rule, step) => ({
      partner: rule.to,
      operation: rule.do,
      step,
      facts: factsOf(rule, stateAfter, event, at),
    })),
    timers: event.type === 'supplement.requested' ? [{ kind: 'supplement-deadline', dueAt: event.data.deadline }] : [],
  };
}

/** A delivery that the dossier's later course has made pointless (law of the moot delivery, DESIGN §7): a registration of what has
 *  ended, and news of hộ tịch for a one-stop that has ended the dossier itself and takes nothing more. */
export function isMoot(delivery: Pick<PlannedDelivery, 'operation'>, stateNow: DossierState): boolean {
  if (!['refused', 'withdrawn', 'stopped'].includes(stateNow.state)) return false;
  return (
    delivery.operation === 'submit-registration' ||
    (delivery.operation === 'report-status' && stateNow.endedBy === 'one-stop')
  );
}

function factsOf(rule: MessageRule, state: DossierState, event: DossierEvent, at: string): PlannedFacts {
  return {
    factAt: at,
    ...(rule.status === undefined ? {} : { status: rule.status }),
    ...ofEvent(event),
    ...ofOperation(rule.do, state),
  };
}

function ofEvent(event: DossierEvent): Partial<PlannedFacts> {
  const facts: Partial<PlannedFacts> = {};
  if ('decidedAt' in event.data) {
    facts.factAt = event.data.decidedAt;
    if (event.data.officerRef) facts.officerRef = event.data.officerRef;
  }
  if (event.type === 'registration.submitted') facts.factAt = event.data.at;
  if (event.type === 'supplement.requested') facts.supplementDeadline = event.data.deadline;
  return facts;
}

/** What each kind of message needs to know of the dossier; a kind that is not named needs nothing. */
const FACTS_OF_OPERATION: Readonly<Record<string, (state: DossierState) => Partial<PlannedFacts>>> = {
  'acknowledge-receipt': (state) => ({ round: state.round }),
  'hand-over-dossier': (state) => ({ contentRef: state.contentRef, round: state.round }),
  'submit-registration': submissionFacts,
  'sync-dossier': (state) => ({ contentRef: state.contentRef, ...resultFacts(state) }),
  'push-status': (state) => ({
    ...resultFacts(state),
    ...(state.decisionOfficerRef ? { decisionOfficerRef: state.decisionOfficerRef } : {}),
  }),
  'report-status': resultFacts,
};

function ofOperation(operation: string, state: DossierState): Partial<PlannedFacts> {
  return FACTS_OF_OPERATION[operation]?.(state) ?? {};
}

function submissionFacts(state: DossierState): Partial<PlannedFacts> {
  return {
    contentRef: state.contentRef,
    round: state.round,
    repush: state.registry.submitted,
    ...(state.registry.submitted && state.registry.askedAt ? { answersRequestAt: state.registry.askedAt } : {}),
  };
}

function resultFacts(state: DossierState): Partial<PlannedFacts> {
  return state.resultRef ? { resultRef: state.resultRef } : {};
}
