import type { ReplayAdapter } from '#delivery';
import type { AdapterDeps } from '../config/adapter-deps';
import { OneStopAdapter } from './onestop-adapter';
import { OneStopCalls } from './onestop-calls';
import { OneStopEvents } from './onestop-events';
import { OneStopReads } from './onestop-reads';

/** The one-stop as a receiver of deliveries, as something that can be asked, and as a source of decisions; all share one log-in. */
export function createOneStop(deps: AdapterDeps): {
  adapter: ReplayAdapter;
  reads: OneStopReads;
  events: OneStopEvents;
} {
  const calls = new OneStopCalls(deps);
  const reads = new OneStopReads(deps, calls);
  return {
    adapter: new OneStopAdapter(deps, calls, reads),
    reads,
    events: new OneStopEvents(deps, calls),
  };
}
