import { isFinal, type DossierState } from '#dossier';
import { isLongPast, type Check, type CheckContext, type Subject } from '../check';
import { isStanding } from '../deliveries';

/** What hộ tịch has is asked for until its answer is here (CONTRACTS §1.3 *Polls*). */
export const checkRegistryWatch: Check = (subject, context) => {
  const { dossier, watch, states } = subject;
  const state = states[dossier.version - 1];
  if (!state || dossier.routedSeq < dossier.version || !isAwaited(state)) return [];
  if (!watch?.nextPollAt)
    return [{ code: 'stuck.registry-not-watched', sentence: `the dossier is ${state.state}, and nobody asks hộ tịch` }];
  if (!isOverdue(subject, context)) return [];
  return [
    { code: 'stuck.poll-overdue', sentence: `the poll for hộ tịch is due since ${watch.nextPollAt.toISOString()}` },
  ];
};

function isAwaited({ registry, state }: DossierState): boolean {
  return registry.submitted && state !== 'registered' && !isFinal(state);
}

/** While a push is on its way nobody asks. After a test nobody may run any more who would. */
function isOverdue({ watch, deliveries }: Subject, context: CheckContext): boolean {
  if (context.settled || !watch || !isLongPast(watch.nextPollAt, context)) return false;
  const isLeased = watch.leaseUntil !== null && !isLongPast(watch.leaseUntil, context);
  return !isLeased && !deliveries.some((one) => one.partner === 'hotich' && isStanding(one));
}
