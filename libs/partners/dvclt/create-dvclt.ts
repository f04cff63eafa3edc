import type { ReplayAdapter } from '#delivery';
import type { DossierSource } from '#intake';
import type { ReconciledPartner } from '#reconciliation';
import type { AdapterDeps } from '../config/adapter-deps';
import { DvcltAdapter } from './dvclt-adapter';
import { DvcltSource } from './dvclt-source';
import { dvcltTokens } from './dvclt-tokens';
import { reconciledDvclt } from './reconciled-dvclt';

/** DVCLT as a receiver of deliveries, as a source of dossiers, and as one that is compared with us; all share one log-in.
 *  @param threadEntry built script of the decode thread, where that is not the one of this build */
export function createDvclt(
  deps: AdapterDeps,
  threadEntry?: string,
): { adapter: ReplayAdapter; source: DossierSource; reconciled: ReconciledPartner } {
  const tokens = dvcltTokens(deps);
  const source = new DvcltSource(deps, tokens, threadEntry);
  return { adapter: new DvcltAdapter(deps, tokens), source, reconciled: reconciledDvclt(deps, source) };
}
