import type { DossierState, PartnerId } from '#dossier';

/** What a partner must have of a dossier of ours. */
export type Expectation =
  | { kind: 'not-there-yet' }
  | {
      kind: 'there';
      /** Number that we hold for its state there; null when it has never told us one. */
      status: number | null;
      /** Numbers that agree with ours. */
      fine: readonly number[];
      /** It was told nothing of the dossier's end, so that nothing follows from its absence. */
      mayBeAbsent: boolean;
    };

const NOT_THERE: Expectation = { kind: 'not-there-yet' };

/** Pure and total. DVCLT is never asked for a dossier's state: it has no such query.
 *  @param isHandedOver the one-stop took it, whether or not its code is known */
export function expectationOf(partner: PartnerId, state: DossierState, isHandedOver: boolean): Expectation {
  switch (partner) {
    case 'onestop':
      return state.codes.oneStop !== undefined || isHandedOver ? there(state.portalStatus) : NOT_THERE;
    case 'dvcqg':
      return state.portalKnown ? there(state.portalStatus) : NOT_THERE;
    case 'hotich':
      return ofRegistry(state);
    case 'dvclt':
      return NOT_THERE;
  }
}

function there(status: number): Expectation {
  return { kind: 'there', status, fine: [status], mayBeAbsent: false };
}

/** Numbers of hộ tịch (codes-and-statuses.md §7.3): 1 waiting, 2 supplement, 3 in process, 4 completed, 6 refused. */
function ofRegistry(state: DossierState): Expectation {
  const reported: number | null = state.statuses.registry ?? null;
  if (isEndedElsewhere(state)) return { kind: 'there', status: reported, fine: [1, 2, 3, 6], mayBeAbsent: true };
  if (state.state === 'registered' || state.state === 'finished') return there(4);
  if (!state.registry.submitted) return NOT_THERE;
  // After a re-push the 2 that it reported last is answered: it is back at the beginning and has not said so yet.
  const isAnswered = state.state === 'with-registry' && !state.registry.resubmitAwaited && reported === 2;
  if (reported === null || isAnswered) return { kind: 'there', status: null, fine: [1, 3], mayBeAbsent: false };
  return there(reported);
}

/** Withdrawn, stopped, or refused by the one-stop: hộ tịch was told nothing of it. */
export function isEndedElsewhere({ state, endedBy }: Pick<DossierState, 'state' | 'endedBy'>): boolean {
  return state === 'withdrawn' || state === 'stopped' || (state === 'refused' && endedBy !== 'registry');
}
