import { AppError } from '#platform';

/** States of a delivery (CONTRACTS §4). The SQL CHECK and docs/reference/states.md say the same; a test compares the three. */
export const DELIVERY_STATUSES = ['queued', 'in-flight', 'waiting', 'unknown', 'settled', 'dead', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** `dead → queued` is a replay, `dead → settled` needs evidence; `→ cancelled` an event that makes it moot, or a person with a reason. */
export const DELIVERY_TRANSITIONS: Readonly<Record<DeliveryStatus, readonly DeliveryStatus[]>> = {
  queued: ['in-flight', 'cancelled'],
  'in-flight': ['settled', 'waiting', 'unknown', 'dead'],
  waiting: ['in-flight', 'cancelled'],
  unknown: ['settled', 'waiting', 'dead', 'cancelled'],
  settled: [],
  dead: ['queued', 'settled', 'cancelled'],
  cancelled: [],
};

/** States of a lane; *held* is not one of them: holds are rows that are read at the claim. */
export const LANE_STATES = ['open', 'parked'] as const;
export type LaneState = (typeof LANE_STATES)[number];

export const LANE_TRANSITIONS: Readonly<Record<LaneState, readonly LaneState[]>> = {
  open: ['parked'],
  parked: ['open'],
};

/** What still stands in its lane: the lowest of these is the head. */
export const STANDING_STATUSES: readonly DeliveryStatus[] = DELIVERY_STATUSES.filter(
  (status) => DELIVERY_TRANSITIONS[status].length > 0,
);

/** States from which `to` may be reached, for guards in SQL. */
export function statusesBefore(to: DeliveryStatus): DeliveryStatus[] {
  return DELIVERY_STATUSES.filter((from) => DELIVERY_TRANSITIONS[from].includes(to));
}

/** Staying where one is needs no transition.
 *  @throws AppError `delivery-transition-forbidden` (bug) */
export function assertTransition(from: DeliveryStatus, to: DeliveryStatus): void {
  if (from === to || DELIVERY_TRANSITIONS[from].includes(to)) return;
  throw new AppError({ code: 'delivery-transition-forbidden', disposition: 'bug', detail: `${from} to ${to}` });
}
