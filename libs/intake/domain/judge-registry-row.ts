import type { DossierState } from '#dossier';

/** Where the lane of a dossier at hộ tịch stands when an answer is judged. */
export interface RegistryLaneFacts {
  isBusy: boolean;
  lastSettledAt: Date | null;
}

/** Whether an answer may count for a dossier: it is judged as of when it was asked (CONTRACTS §1.3 *Polls*). A write that is
 *  under way, due, or settled after that makes it a tale of the past. */
export function mayCount(state: DossierState, lane: RegistryLaneFacts | undefined, askedAt: Date): boolean {
  // Accepted again after a supplement: the new push is due, though it may not be a delivery yet.
  if (state.registry.resubmitAwaited) return false;
  if (!lane) return true;
  return !lane.isBusy && (lane.lastSettledAt === null || lane.lastSettledAt < askedAt);
}
