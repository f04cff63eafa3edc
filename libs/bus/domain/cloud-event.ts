import { rfc3339 } from '#platform';
import type { DomainEventRecord } from './event-record';
import { isPlainObject, readableRecord, type Readable } from './readable-record';

/** CloudEvents `source` of everything this product says. */
export const EVENT_SOURCE = '/lienthong';

/** A record of the topic, before it is produced. */
export interface WireRecord {
  key: string;
  headers: Record<string, string>;
  value: string;
}

/** A record of the topic as it was fetched. A header may be repeated: then it is an array. */
export interface FetchedRecord {
  key: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
  value: Buffer | null;
}

/** CloudEvents 1.0 in binary mode (CONTRACTS §3). Value: `data` with the dossier's `codes` and `unit` beside it. Null for an event without dossier. */
export function toWire(event: DomainEventRecord): WireRecord | null {
  if (event.dossierId === null || event.seq === null) return null;
  return {
    key: event.dossierId,
    headers: {
      ce_specversion: '1.0',
      ce_id: event.eventId,
      ce_type: event.type,
      ce_source: EVENT_SOURCE,
      ce_time: rfc3339(event.at),
      ce_subject: event.dossierId,
      ce_sequence: String(event.seq),
      'content-type': 'application/json',
      ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    },
    value: JSON.stringify({ ...event.data, codes: event.codes, unit: event.unit }),
  };
}

/** Reads and checks one fetched record; never throws. */
export function fromWire(fetched: FetchedRecord): Readable {
  if (header(fetched, 'ce_specversion') !== '1.0') return { reason: 'ce_specversion is missing or not 1.0' };
  const value = jsonObject(fetched.value);
  if (!value) return { reason: 'value is not a JSON object' };
  const sequence = header(fetched, 'ce_sequence') ?? '';
  return readableRecord({
    eventId: header(fetched, 'ce_id'),
    type: header(fetched, 'ce_type'),
    at: new Date(header(fetched, 'ce_time') ?? ''),
    dossierId: header(fetched, 'ce_subject'),
    seq: /^\d{1,15}$/.test(sequence) ? Number(sequence) : undefined,
    unit: value.unit ?? null,
    codes: value.codes,
    data: value,
    traceparent: header(fetched, 'traceparent'),
  });
}

function header(fetched: FetchedRecord, name: string): string | undefined {
  const value = fetched.headers?.[name];
  return value === undefined || Array.isArray(value) ? undefined : value.toString();
}

function jsonObject(bytes: Buffer | null): Record<string, unknown> | undefined {
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
