import { currentTraceparent, type Tx } from '#platform';
import type { DomainEventRecord } from '../domain/event-record';

const INSERT = `
insert into event_outbox (event_id, type, at, dossier_id, seq, unit, codes, data, traceparent)
select e.event_id, e.type, e.at, e.dossier_id, e.seq, e.unit, e.codes, e.data, e.traceparent
from rows from (jsonb_to_recordset($1::jsonb) as (
  event_id uuid, type text, at timestamptz, dossier_id uuid, seq integer, unit text, codes jsonb, data jsonb, traceparent text
)) with ordinality as e (event_id, type, at, dossier_id, seq, unit, codes, data, traceparent, place)
order by e.place`;

/** Stores events for the sequencer, in the transaction that made them true (law 9), in one statement; outbox ids follow the given order.
 *  Call it after the dossier's lock is held: the id is taken here, and a later holder of the lock gets a higher one (STACK §4).
 *  After the commit, ring the doorbell's channel `outbox`. */
export function appendToOutbox(tx: Tx, events: readonly DomainEventRecord[]): void {
  if (events.length === 0) return;
  const traceparent = currentTraceparent();
  tx.send(INSERT, [JSON.stringify(events.map((event) => rowOf(event, traceparent)))]);
}

function rowOf(event: DomainEventRecord, traceparent: string): Record<string, unknown> {
  return {
    event_id: event.eventId,
    type: event.type,
    at: event.at.toISOString(),
    dossier_id: event.dossierId,
    seq: event.seq,
    unit: event.unit,
    codes: event.codes,
    data: event.data,
    traceparent: event.traceparent ?? traceparent,
  };
}
