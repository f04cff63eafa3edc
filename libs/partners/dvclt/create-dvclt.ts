import type { ReplayAdapter } from '#delivery';
import type { DossierSource } from '#intake';
import type { AdapterDeps } from '../config/adapter-deps';
import { DvcltAdapter } from './dvclt-adapter';
import { DvcltSource } from './dvclt-source';
import { dvcltTokens } from './dvclt-tokens';

/** DVCLT as a receiver of deliveries and as a source of dossiers; both share one log-in.
 *  @param threadEntry built script of the decode thread, where that is not the one of this build */
export function createDvclt(
  deps: AdapterDeps,
  threadEntry?: string,
): { adapter: ReplayAdapter; source: DossierSource } {
  const tokens = dvcltTokens(deps);
  return { adapter: new DvcltAdapter(deps, tokens), source: new DvcltSource(deps, tokens, threadEntry) };
}
