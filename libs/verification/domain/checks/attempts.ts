import type { Check, Subject } from '../check';
import { nameOf } from '../deliveries';
import type { DeliveryRow } from '../dossier-record';
import type { Finding } from '../violation';
import { groupBy } from '../group-by';

/** Every counted attempt is kept, and every kept one is counted. */
export const checkAttempts: Check = (subject) => {
  const kept = groupBy(subject.attempts, (attempt) => attempt.deliveryId);
  return subject.deliveries.flatMap((delivery): Finding[] => {
    const { id, attempts } = delivery;
    const numbers = new Set((kept.get(id) ?? []).map((attempt) => attempt.number));
    const beyond = [...numbers].filter((number) => number < 1 || number > attempts);
    const missing = Array.from({ length: endedAttempts(delivery, subject) }, (_, index) => index + 1).filter(
      (number) => !numbers.has(number),
    );
    return [
      ...(beyond.length === 0
        ? []
        : [
            {
              code: 'unexplained.attempt-not-counted',
              subject: id,
              sentence: `${nameOf(delivery)} counts ${attempts} attempts, kept is number ${beyond[0]}`,
            } as const,
          ]),
      ...(missing.length === 0
        ? []
        : [
            {
              code: 'unexplained.attempt-missing',
              subject: id,
              sentence: `${nameOf(delivery)} counts ${attempts} attempts, number ${missing[0]} is not kept`,
            } as const,
          ]),
    ];
  });
};

/** The last one may still run while its lane is leased; what evidence or a person settled meanwhile may have lost its last answer. */
function endedAttempts(
  { attempts, partner, status, id }: DeliveryRow,
  { lanes, entries, isLogArchived }: Subject,
): number {
  const isLeased = lanes.some((lane) => lane.partner === partner && lane.leaseOwner !== null);
  const isRunning = isLeased && (status === 'in-flight' || status === 'unknown');
  const wasResolved =
    status === 'cancelled' ||
    isLogArchived ||
    entries.some(
      ({ kind, deliveryId }) => deliveryId === id && /^delivery\.(settled|classified|cancelled)$/.test(kind),
    );
  return isRunning || wasResolved ? attempts - 1 : attempts;
}
