import { RECONCILIATION_CLASS, type DossierEventData } from '#dossier';
import type { Check, Subject } from '../check';
import { isDone, nameOf } from '../deliveries';
import type { DeliveryRow } from '../dossier-record';
import type { Finding } from '../violation';

interface Confirmation {
  partner: string;
  operation: string;
  count(subject: Subject): number;
  what: string;
}

/** Operations of which each settlement leaves exactly one event. */
const ONE_EACH: readonly Confirmation[] = [
  {
    partner: 'dvclt',
    operation: 'acknowledge-receipt',
    count: ({ journal }) => journal.filter(({ event }) => event.type === 'receipt.acknowledged').length,
    what: 'receipt.acknowledged',
  },
  { partner: 'dvclt', operation: 'push-status', count: confirmedBy('dvclt'), what: 'partner-status.confirmed' },
  { partner: 'dvcqg', operation: 'sync-dossier', count: confirmedBy('dvcqg'), what: 'partner-status.confirmed' },
];

function confirmedBy(partner: DossierEventData['partner-status.confirmed']['partner']) {
  return ({ journal }: Subject): number =>
    journal.filter(({ event }) => event.type === 'partner-status.confirmed' && event.data.partner === partner).length;
}

/** What a partner confirmed is what we handed over: settled deliveries and events of the journal agree. */
export const checkConfirmations: Check = (subject) => [
  ...ONE_EACH.flatMap((confirmation) => compare(subject, confirmation)),
  ...handOvers(subject),
];

function compare(subject: Subject, { partner, operation, count, what }: Confirmation): Finding[] {
  const done = doneBy(subject, partner, operation).length;
  const told = count(subject);
  if (done === told) return [];
  const sentence = `${done} of ${partner} ${operation} are done, and the journal holds ${told} ${what}`;
  return [{ code: done > told ? 'lost.settled-without-event' : 'unexplained.confirmation-without-delivery', sentence }];
}

/** A hand-over brings the one-stop's code, a registration's push its event; or a difference, which is an event too. What a reconciliation finds later
 *  stands for none of them. */
function handOvers(subject: Subject): Finding[] {
  const { journal } = subject;
  const has = (type: string, partner: string): boolean =>
    journal.some(
      ({ event }) =>
        event.type === type ||
        (event.type === 'discrepancy.found' &&
          event.data.partner === partner &&
          !event.data.class.startsWith(RECONCILIATION_CLASS)),
    );
  return [
    ...(has('one-stop-code.assigned', 'onestop') ? [] : doneBy(subject, 'onestop', 'hand-over-dossier')),
    ...(has('registration.submitted', 'hotich') ? [] : doneBy(subject, 'hotich', 'submit-registration')),
  ].map((delivery) => ({
    code: 'lost.settled-without-event',
    subject: delivery.id,
    sentence: `${nameOf(delivery)} is done, and the dossier was not told`,
  }));
}

function doneBy({ deliveries }: Subject, partner: string, operation: string): DeliveryRow[] {
  return deliveries.filter((one) => one.partner === partner && one.operation === operation && isDone(one));
}
