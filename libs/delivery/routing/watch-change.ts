import { isFinal, RegistryStatus, type DossierEvent, type DossierState } from '#dossier';

/** What a fact means for the poll of hộ tịch (CONTRACTS §1.3 *Polls*): it begins, anew after each push, and ends when nothing more is
 *  expected. An end by the one-stop does not reach hộ tịch, which may register what was withdrawn: what it holds is asked about further,
 *  so that a person hears of it. Pure.
 *  @param state after the event */
export function watchChange(state: DossierState, event: DossierEvent): WatchChange | null {
  if (event.type === 'discrepancy.found') return event.data.class === 'submitted-after-end' ? 'begin' : null;
  return CHANGES[event.type]?.(state) ?? null;
}

type WatchChange = 'begin' | 'end';

const CHANGES: Partial<Record<DossierEvent['type'], (state: DossierState) => WatchChange | null>> = {
  'registration.submitted': () => 'begin',
  'registration.completed': () => 'end',
  'dossier.refused': afterEnd,
  'dossier.withdrawn': afterEnd,
  'dossier.stopped': afterEnd,
  'registry-status.reported': (state) => (isFinal(state.state) && !mayStillDecide(state) ? 'end' : null),
};

function afterEnd(state: DossierState): WatchChange {
  return mayStillDecide(state) ? 'begin' : 'end';
}

/** It holds the dossier and has neither registered nor refused it. */
function mayStillDecide({ registry, statuses }: DossierState): boolean {
  const hasDecided = statuses.registry === RegistryStatus.Completed || statuses.registry === RegistryStatus.Refused;
  return registry.submitted && !hasDecided;
}
