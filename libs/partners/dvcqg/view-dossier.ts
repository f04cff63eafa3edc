import type { DeliveryTask, PartnerView } from '#delivery';
import type { AdapterDeps } from '../config/adapter-deps';
import { viewOf } from '../view-of-probe';
import type { PortalClient } from './portal-client';
import { judgeLookUp } from './probe-create';

/** What the portal shows of the dossier (`TraCuuHoSo`): its state, not its progress rows. A state that is that of now has been applied; of a
 *  row nothing can be told while the dossier is there, and it is absent while the dossier is. */
export async function viewDossier(
  deps: AdapterDeps,
  client: PortalClient,
  { dossier, operation }: DeliveryTask,
  signal: AbortSignal,
): Promise<PartnerView> {
  const code = dossier.codes.oneStop;
  if (code === undefined) return { verdict: 'cannot-tell', reasonCode: 'dvcqg.no-one-stop-code' };
  const askedAt = deps.clock.now();
  const reply = await client.lookUp(code, signal);
  const view = viewOf(judgeLookUp(deps.replies, { code, status: dossier.portalStatus }, reply, askedAt));
  const isThere = view.reasonCode === 'dvcqg.look-up-found' || view.reasonCode === 'dvcqg.look-up-other-state';
  if (view.reasonCode === 'dvcqg.look-up-absent' && dossier.portalKnown) return { ...view, isForgotten: true };
  return operation === 'append-progress' && isThere ? { ...view, verdict: 'cannot-tell' } : view;
}
