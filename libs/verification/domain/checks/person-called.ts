import type { Check, Subject } from '../check';
import { nameOf } from '../deliveries';
import type { Finding } from '../violation';

/** Where automatic handling ends, a person is called and told why. */
export const checkPersonCalled: Check = (subject) =>
  subject.deliveries.flatMap((delivery): Finding[] => {
    const { id, status, dueAt, reasonCode } = delivery;
    if (status === 'dead') {
      return [
        ...(reasonCode
          ? []
          : [
              {
                code: 'unexplained.dead-without-reason',
                subject: id,
                sentence: `${nameOf(delivery)} is dead for no reason`,
              } as const,
            ]),
        ...(isTold(subject, id, 'delivery.dead-lettered')
          ? []
          : [
              {
                code: 'stuck.dead-unseen',
                subject: id,
                sentence: `${nameOf(delivery)} is dead, and the dossier was not told`,
              } as const,
            ]),
      ];
    }
    const isLeft = status === 'unknown' && dueAt === null && !isLeased(subject, delivery.partner);
    if (!isLeft || isTold(subject, id, 'delivery.unresolved')) return [];
    const sentence = `${nameOf(delivery)} is unknown, will not be asked for, and nobody was called`;
    return [{ code: 'stuck.unknown-unseen', subject: id, sentence }];
  });

function isTold(
  { journal }: Subject,
  deliveryId: string,
  type: 'delivery.dead-lettered' | 'delivery.unresolved',
): boolean {
  return journal.some(({ event }) => event.type === type && event.data.deliveryId === deliveryId);
}

function isLeased({ lanes }: Subject, partner: string): boolean {
  return lanes.some((lane) => lane.partner === partner && lane.leaseOwner !== null);
}
