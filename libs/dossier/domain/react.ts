import type { DossierEvent } from './events';
import { messageKey, type MessageRule, type Procedure } from './procedure';
import type { DossierState } from './state';
import type { PartnerId } from './partners';

/** What a delivery has to say (DeliveryFacts of the delivery engine): codes, statuses and references only. */
export interface PlannedFacts {
  status?: number;
  factAt: string;
  officerRef?: string;
  /** Note of the last decision of the one-stop, for what `officerRef` leaves empty. */
  decisionOfficerRef?: string;
  supplementDeadline?: string;
  contentRef?: string;
  resultRef?: string;
  round?: number;
  /** The registry has an earlier push of this dossier. */
  repush?: boolean;
  /** A re-push: when the request that it answers was made, RFC 3339, by the registry's clock. */
  answersRequestAt?: string;
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

/** A delivery that the dossier's later course has made pointless: a registration of what has ended (law of the moot delivery, DESIGN §7). */
export function isMoot(delivery: PlannedDelivery, stateNow: DossierState): boolean {
  const hasEnded = ['refused', 'withdrawn', 'stopped'].includes(stateNow.state);
  return delivery.operation === 'submit-registration' && hasEnded;
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
    ...(state.officerRef ? { officerRef: state.officerRef } : {}),
  };
}

function resultFacts(state: DossierState): Partial<PlannedFacts> {
  return state.resultRef ? { resultRef: state.resultRef } : {};
}
