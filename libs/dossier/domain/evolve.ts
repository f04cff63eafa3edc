import type { DossierEvent, DossierEventData, DossierStateName } from './events';
import { portalStatusOf } from './procedure';
import type { DossierState, LegState } from './state';
import { DvcltStatus, RegistryStatus, type PortalStatus } from './statuses';

/** Folds one event into the state. Total: every event in every state gives a state. `at` is RFC 3339. */
export function evolve(state: DossierState | null, event: DossierEvent, at: string): DossierState {
  if (event.type === 'dossier.received')
    return state === null ? born(event.data, at) : { ...state, version: state.version + 1 };
  if (state === null) throw new Error('a journal begins with dossier.received');
  const next: DossierState = { ...state, version: state.version + 1, updatedAt: at };
  const portalStatus = portalStatusOf(event);
  if (portalStatus !== undefined) next.portalStatus = portalStatus;
  const change = CHANGES[event.type] as Change | undefined;
  return change ? { ...next, ...change(next, event.data as never, at) } : next;
}

type Change = (state: DossierState, data: never, at: string) => Partial<DossierState>;
type Changes = {
  [T in DossierEvent['type']]?: (state: DossierState, data: DossierEventData[T], at: string) => Partial<DossierState>;
};

function born(fact: DossierEventData['dossier.received'], at: string): DossierState {
  return {
    id: '',
    procedure: fact.procedure,
    module: fact.module,
    procedureCode: fact.procedureCode,
    localProcedureCode: fact.localProcedureCode,
    unit: fact.unit,
    state: 'received',
    attention: false,
    version: 1,
    source: fact.source,
    codes: { dvclt: fact.dvcltCode, registry: [] },
    receivedAt: fact.receivedAt,
    dueAt: fact.dueAt,
    updatedAt: at,
    contentRef: fact.contentRef,
    contentDigests: [fact.contentDigest],
    round: 0,
    statuses: {},
    portalKnown: false,
    portalStatus: 1,
    registry: { submitted: false, resubmitAwaited: false },
    legs: fact.legs.map((leg, index) => ({ ...leg, state: index === 0 ? 'running' : 'waiting', since: at })),
  };
}

/** The first leg is the registration; the legs behind it start when it is done (procedures.md §2.3 step 12). */
function moveLegs(legs: readonly LegState[], registration: LegState['state'], at: string): LegState[] {
  const behind: LegState['state'] =
    registration === 'done' ? 'running' : registration === 'running' ? 'waiting' : 'cancelled';
  return legs.map((leg, index) => ({ ...leg, state: index === 0 ? registration : behind, since: at }));
}

/** What a decision leaves in the state. `portal` is the number of the one-stop's own decision; absent when another authority decided. */
function decided(
  state: DossierStateName,
  portal?: PortalStatus,
): (before: DossierState, fact: { officerRef?: string }) => Partial<DossierState> {
  return (before, { officerRef }) => ({
    state,
    ...(portal === undefined
      ? {}
      : {
          statuses: { ...before.statuses, oneStop: portal },
          oneStopDecidedSeq: before.version,
          decisionOfficerRef: officerRef ?? before.decisionOfficerRef,
        }),
  });
}

const CHANGES: Changes = {
  'one-stop-code.assigned': (state, fact) => ({
    state: state.state === 'received' ? 'with-one-stop' : state.state,
    codes: { ...state.codes, oneStop: fact.oneStopCode },
  }),
  'supplement.received': (state, fact) => ({
    state: state.codes.oneStop ? 'with-one-stop' : 'received',
    contentRef: fact.contentRef,
    contentDigests: [...state.contentDigests, fact.contentDigest],
    round: fact.round,
    supplement: undefined,
  }),
  'supplement.overdue': (state) => ({
    attention: true,
    supplement: state.supplement && { ...state.supplement, isOverdue: true },
  }),
  'dossier.accepted': (state, fact) => ({
    ...decided('with-registry', 2)(state, fact),
    registry: { ...state.registry, resubmitAwaited: state.registry.submitted },
  }),
  'supplement.requested': (state, fact) => ({
    ...decided('awaiting-supplement', fact.by === 'one-stop' ? 5 : undefined)(state, fact),
    supplement: { by: fact.by, deadline: fact.deadline, officerRef: fact.officerRef },
    ...(fact.by === 'registry'
      ? {
          statuses: { ...state.statuses, registry: RegistryStatus.SupplementRequired },
          registry: { ...state.registry, askedAt: fact.decidedAt },
        }
      : {}),
  }),
  'dossier.refused': (state, fact, at) => ({
    ...decided('refused', fact.by === 'one-stop' ? 3 : undefined)(state, fact),
    endedBy: fact.by,
    supplement: undefined,
    legs: moveLegs(state.legs, 'refused', at),
    ...(fact.by === 'registry' ? { statuses: { ...state.statuses, registry: RegistryStatus.Refused } } : {}),
  }),
  'dossier.withdrawn': (state, fact, at) => ({
    ...decided('withdrawn', 7)(state, fact),
    endedBy: 'one-stop',
    supplement: undefined,
    legs: moveLegs(state.legs, 'cancelled', at),
  }),
  'dossier.stopped': (state, fact, at) => ({
    ...decided('stopped', 8)(state, fact),
    endedBy: 'one-stop',
    supplement: undefined,
    legs: moveLegs(state.legs, 'cancelled', at),
  }),
  'fee.required': (state, fact) => decided(state.state, 6)(state, fact),
  'result.handed-over': decided('finished', 10),
  'registration.submitted': (state) => ({
    registry: { ...state.registry, submitted: true, resubmitAwaited: false },
  }),
  'registry-status.reported': (state, fact) => ({
    statuses: { ...state.statuses, registry: fact.status },
    ...(fact.status === RegistryStatus.SupplementRequired ? { registry: { ...state.registry, askedAt: fact.at } } : {}),
  }),
  'registration.completed': (state, fact, at) => ({
    ...decided('registered')(state, fact),
    resultRef: fact.resultRef,
    codes: { ...state.codes, registry: [...state.codes.registry, fact.registryCode] },
    statuses: { ...state.statuses, registry: RegistryStatus.Completed },
    legs: moveLegs(state.legs, 'done', at),
  }),
  'partner-status.confirmed': (state, fact) => {
    if (fact.partner === 'dvclt') return { statuses: { ...state.statuses, dvclt: fact.status as DvcltStatus } };
    if (fact.partner === 'onestop') return { statuses: { ...state.statuses, oneStop: fact.status as PortalStatus } };
    return { portalKnown: true, statuses: { ...state.statuses, portal: fact.status as PortalStatus } };
  },
  'portal-dossier.found': () => ({ portalKnown: true }),
  'conflict.recorded': (state, fact) => ({
    attention: true,
    ...(fact.contentDigest ? { contentDigests: [...state.contentDigests, fact.contentDigest] } : {}),
  }),
  'discrepancy.found': () => ({ attention: true }),
  'delivery.dead-lettered': () => ({ attention: true }),
  'delivery.unresolved': () => ({ attention: true }),
  'attention.cleared': () => ({ attention: false }),
};
