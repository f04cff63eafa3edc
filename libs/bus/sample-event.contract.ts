import { uuidv7 } from 'uuidv7';
import type { DomainEventRecord } from './domain/event-record';

/** A well-formed event of a dossier; synthetic codes only. */
export function sampleEvent(dossierId: string | null, seq: number): DomainEventRecord {
  return {
    eventId: uuidv7(),
    type: 'vn.lienthong.dossier.received.v1',
    at: new Date('2026-11-02T02:03:04.567Z'),
    dossierId,
    seq: dossierId === null ? null : seq,
    unit: '99001',
    codes: { dvclt: `LT-${seq}`, registry: ['R-1'] },
    data: { state: 'received', procedure: 'birth-group', receivedDay: '2026-11-02' },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
}

/** Ids of so many dossiers. */
export function dossierIds(count: number): string[] {
  return Array.from({ length: count }, () => uuidv7());
}

/** `rounds` events of each dossier, mixed: seq 1 of all, then seq 2 of all, … */
export function mixedEvents(ids: readonly string[], rounds: number): DomainEventRecord[] {
  return Array.from({ length: rounds }, (_, round) => ids.map((id) => sampleEvent(id, round + 1))).flat();
}
