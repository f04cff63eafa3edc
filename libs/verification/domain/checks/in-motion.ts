import type { Check } from '../check';
import { byLane, isStanding, nameOf } from '../deliveries';
import type { DeliveryRow } from '../dossier-record';

/** After a test nothing is on its way: everything is settled or cancelled, waits for a person, or stands behind what does. */
export const checkInMotion: Check = ({ deliveries }, { settled }) => {
  if (!settled) return [];
  return [...byLane(deliveries).values()].flatMap((lane) => {
    const standing = lane.filter(isStanding);
    if (standing[0] && isLeftToPerson(standing[0])) return [];
    return standing.map((delivery) => ({
      code: 'stuck.still-in-motion',
      subject: delivery.id,
      sentence: `${nameOf(delivery)} is ${delivery.status} (${delivery.reasonCode ?? 'not tried yet'})`,
    }));
  });
};

function isLeftToPerson({ status, dueAt }: DeliveryRow): boolean {
  return status === 'dead' || (status === 'unknown' && dueAt === null);
}
