import type { RegistryWatchPort } from '#delivery';
import { systemClock, type Clock } from '#platform';
import { beginWatches, endWatches } from '../adapters/registry-watch-store';

/** Begins and ends the poll of hộ tịch for dossiers, in the transaction that routes their events. Beginning again (a changed
 *  push) makes the poll fast again. */
export function createRegistryWatch(clock: Clock): RegistryWatchPort {
  return {
    begin: (tx, watches) => beginWatches(tx, watches, clock.now()),
    end: (tx, dossierIds) => endWatches(tx, dossierIds),
  };
}

/** The watch on the machine's clock. */
export const registryWatch: RegistryWatchPort = createRegistryWatch(systemClock);
