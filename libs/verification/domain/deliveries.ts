import { DELIVERY_TRANSITIONS } from '#delivery';
import type { DeliveryRow } from './dossier-record';
import { groupBy } from './group-by';

/** It still stands in its lane: the first of these is the head. */
export function isStanding({ status }: DeliveryRow): boolean {
  return DELIVERY_TRANSITIONS[status].length > 0;
}

/** The partner has it, by its own word. */
export function isDone({ status, outcome }: DeliveryRow): boolean {
  return status === 'settled' && (outcome === 'accepted' || outcome === 'already-applied');
}

/** A request may have been written. */
export function wasTried({ attempts }: DeliveryRow): boolean {
  return attempts > 0;
}

export function nameOf({ partner, operation, causedSeq, told }: DeliveryRow): string {
  return `${partner} ${operation}${told === null ? '' : ` ${told}`} of event ${causedSeq}`;
}

/** Deliveries by lane, each in the order of its key; of the same lane as they stand in the list. */
export function byLane(deliveries: readonly DeliveryRow[]): Map<string, DeliveryRow[]> {
  return groupBy(deliveries, (delivery) => delivery.partner);
}
