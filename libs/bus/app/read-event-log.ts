import type { Queryable } from '#platform';
import type { EventCodes, LoggedEvent } from '../domain/event-record';

const SELECT = `
select position, event_id, type, at, dossier_id, seq, unit, codes, data, traceparent
from event_log where position > $1 order by position limit $2`;

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
  return (await db.query<EventLogRow>(SELECT, [afterPosition, limit])).map(eventOf);
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
