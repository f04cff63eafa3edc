import type { PartnerAdapter } from '#delivery';
import type { AdapterDeps } from '../config/adapter-deps';
import { OneStopAdapter } from './onestop-adapter';
import { OneStopCalls } from './onestop-calls';
import { OneStopReads } from './onestop-reads';

/** The one-stop as a receiver of deliveries and as something that can be asked; both share one log-in. */
export function createOneStop(deps: AdapterDeps): { adapter: PartnerAdapter; reads: OneStopReads } {
  const calls = new OneStopCalls(deps);
  return { adapter: new OneStopAdapter(deps, calls), reads: new OneStopReads(deps, calls) };
}
