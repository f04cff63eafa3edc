import { evolve, type DossierState } from '#dossier';
import type { JournalRow } from './dossier-record';

/** The state after each event, as far as the journal can be folded. */
export function foldJournal(dossierId: string, journal: readonly JournalRow[]): DossierState[] {
  const states: DossierState[] = [];
  let state: DossierState | null = null;
  for (const { event, at } of journal) {
    if (state === null && event.type !== 'dossier.received') return states;
    state = { ...evolve(state, event, at.toISOString()), id: dossierId };
    states.push(state);
  }
  return states;
}
