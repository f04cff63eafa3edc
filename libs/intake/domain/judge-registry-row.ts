import { isFinal, RegistryStatus, type DossierState } from '#dossier';
import type { RegistryRow } from '../ports';

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

/** Whether a row tells of a time before what is known, by the registry's own clock: a request that our re-push has answered, or a step
 *  back on the way. A row that gives no time is never late, and an end (4, 6) always counts: nothing may be lost for a clock.
 *  @param knownChangedAt latest state change that a row of this dossier has told of */
export function isLate(
  state: DossierState,
  row: Pick<RegistryRow, 'status' | 'changedAt'>,
  knownChangedAt: Date | null,
): boolean {
  if (row.changedAt === undefined) return false;
  const at = new Date(row.changedAt).getTime();
  if (row.status === RegistryStatus.SupplementRequired) {
    const { askedAt } = state.registry;
    return state.state === 'with-registry' && askedAt !== undefined && at <= new Date(askedAt).getTime();
  }
  const isStep = row.status === RegistryStatus.WaitingForAcceptance || row.status === RegistryStatus.InProcess;
  return isStep && knownChangedAt !== null && at < knownChangedAt.getTime();
}

/** Whether hộ tịch must have a row of this dossier: it was pushed, and nothing has ended it. */
export function isRowExpected({ state, registry }: DossierState): boolean {
  return registry.submitted && !registry.resubmitAwaited && state !== 'registered' && !isFinal(state);
}
