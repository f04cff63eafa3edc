import type { Queryable } from '#platform';
import type { EventCodes, LoggedEvent } from '../domain/event-record';

const SELECT = 'select position, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent from event_log';

const ALL = `${SELECT} where position > $1 order by position limit $2`;

/** The one place that says which events an account of some communes may have: feed and webhooks read and count by it. An event of no commune
 *  is for those alone who see all. */
const ARE_OF_UNITS = 'position > $1 and position <= $2 and ($3::text[] is null or unit = any($3))';

const OF_UNITS = `${SELECT} where ${ARE_OF_UNITS} order by position limit $4`;

const COUNT_OF_UNITS = `select count(*)::integer as count from event_log where ${ARE_OF_UNITS}`;

interface EventLogRow {
  position: string;
  event_id: string;
  type: string;
  at: Date;
  dossier_id: string | null;
  seq: number | null;
  unit: string | null;
  codes: EventCodes;
  data: Record<string, unknown>;
  traceparent: string | null;
}

/** Events behind a position, in order and without a gap; fewer than `limit` means that the end was reached. */
export async function readEventLog(db: Queryable, afterPosition: number, limit: number): Promise<LoggedEvent[]> {
  return (await db.query<EventLogRow>(ALL, [afterPosition, limit])).map(eventOf);
}

/** A piece of the event log. */
export interface EventSlice {
  /** Behind this position. */
  after: number;
  /** Not behind this one: so much is looked through at once, however few events are found. @default the end */
  upTo?: number;
  /** At most so many events. */
  limit: number;
  /** Communes of the reader; null = all. */
  units: readonly string[] | null;
}

/** Events that a reader of these communes may have, in order; with `units` positions have gaps (CONTRACTS §2). */
export async function readEventsOfUnits(
  db: Queryable,
  { after, upTo = Number.MAX_SAFE_INTEGER, limit, units }: EventSlice,
): Promise<LoggedEvent[]> {
  return (await db.query<EventLogRow>(OF_UNITS, [after, upTo, units, limit])).map(eventOf);
}

/** How many events between two positions a reader of these communes may have. Reads every one of them: keep them few. */
export async function countEventsOfUnits(
  db: Queryable,
  { after, upTo, units }: Required<Omit<EventSlice, 'limit'>>,
): Promise<number> {
  return (await db.query<{ count: number }>(COUNT_OF_UNITS, [after, upTo, units]))[0].count;
}

/** Position of the newest event, 0 when there is none. */
export async function lastPosition(db: Queryable): Promise<number> {
  const [row] = await db.query<{ last: string }>('select next_position - 1 as last from sequencer where id = 1');
  return Number(row?.last ?? 0);
}

function eventOf(row: EventLogRow): LoggedEvent {
  return {
    position: Number(row.position),
    eventId: row.event_id,
    type: row.type,
    at: row.at,
    dossierId: row.dossier_id,
    seq: row.seq,
    unit: row.unit,
    codes: row.codes,
    data: row.data,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}
