import type { ReplayAdapter } from '#delivery';
import type { ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { OneStopAdapter } from './onestop-adapter';
import { OneStopCalls } from './onestop-calls';
import { OneStopEvents } from './onestop-events';
import { OneStopReads } from './onestop-reads';
import { reconciledOneStop } from './reconciled-onestop';

/** The one-stop as a receiver of deliveries, as something that can be asked and is compared with us, and as a source of decisions; all share one log-in. */
export function createOneStop(deps: AdapterDeps): {
  adapter: ReplayAdapter;
  reads: OneStopReads;
  events: OneStopEvents;
  reconciled: ReconciledPartner;
} {
  const calls = new OneStopCalls(deps);
  const reads = new OneStopReads(deps, calls);
  return {
    adapter: new OneStopAdapter(deps, calls, reads),
    reads,
    events: new OneStopEvents(deps, calls),
    reconciled: reconciledOneStop(deps, reads),
  };
}
