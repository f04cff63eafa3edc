import { feedEvent, feedEventSchemas, type DomainEventRecord } from '#bus';
import type { Hold } from './hold';

/** Told in event log and feed: "held since 09:10" is a state of the partner, never an error (CONTRACTS §3: events without a dossier). */
export const HOLD_EVENTS = {
  placed: 'vn.lienthong.hold.placed.v1',
  released: 'vn.lienthong.hold.released.v1',
  reinstated: 'vn.lienthong.hold.reinstated.v1',
  ended: 'vn.lienthong.hold.ended.v1',
} as const;

/** Schemas of the data of these events, by type. */
export function holdEventSchemas(): ReturnType<typeof feedEventSchemas> {
  const text = { type: 'string', minLength: 1, maxLength: 100 };
  const time = { type: 'string', format: 'date-time' };
  const properties = {
    holdId: { type: 'string', format: 'uuid' },
    partner: text,
    operation: text,
    heldUnit: text,
    heldDossierId: { type: 'string', format: 'uuid' },
    since: time,
    until: time,
    ratePerSecond: { type: 'number', exclusiveMinimum: 0 },
  };
  return feedEventSchemas(Object.values(HOLD_EVENTS), properties, ['holdId', 'partner', 'since']);
}

/** The event of what happened to a hold. A hold of a partner concerns every unit, so that the event belongs to none. */
export function holdEvent(type: string, hold: Hold, { eventId, at }: { eventId: string; at: Date }): DomainEventRecord {
  return feedEvent({
    eventId,
    type,
    at,
    data: {
      holdId: hold.id,
      partner: hold.partner,
      ...(hold.operation === undefined ? {} : { operation: hold.operation }),
      ...(hold.unit === undefined ? {} : { heldUnit: hold.unit }),
      ...(hold.dossierId === undefined ? {} : { heldDossierId: hold.dossierId }),
      since: hold.startsAt.toISOString(),
      ...(hold.endsAt === null ? {} : { until: hold.endsAt.toISOString() }),
      ...(hold.releasePerSecond === null ? {} : { ratePerSecond: hold.releasePerSecond }),
    },
  });
}
