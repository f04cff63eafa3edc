import { sampleEvent } from '../sample-event.contract';
import { fromWire, toWire, type FetchedRecord } from './cloud-event';

const DOSSIER = '01932a7e-5c00-7000-8000-000000000001';

/** As the broker gives it back: header values are bytes. */
function fetched(change: { headers?: Record<string, string | undefined>; value?: string | null } = {}): FetchedRecord {
  const wire = toWire(sampleEvent(DOSSIER, 3));
  if (!wire) throw new Error('expected a record');
  const headers = Object.entries({ ...wire.headers, ...change.headers }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const value = change.value === undefined ? wire.value : change.value;
  return {
    key: Buffer.from(wire.key),
    headers: Object.fromEntries(headers.map(([name, text]) => [name, Buffer.from(text)])),
    value: value === null ? null : Buffer.from(value),
  };
}

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('CloudEvents on the wire', () => {
  it('has the headers, key and value of CONTRACTS §3 and nothing else', () => {
    const event = sampleEvent(DOSSIER, 3);
    expect(toWire(event)).toEqual({
      key: DOSSIER,
      headers: {
        ce_specversion: '1.0',
        ce_id: event.eventId,
        ce_type: 'vn.lienthong.dossier.received.v1',
        ce_source: '/lienthong',
        ce_time: '2026-11-02T09:03:04.567+07:00',
        ce_subject: DOSSIER,
        ce_sequence: '3',
        'content-type': 'application/json',
        traceparent: event.traceparent,
      },
      value: JSON.stringify({
        state: 'received',
        procedure: 'birth-group',
        receivedDay: '2026-11-02',
        codes: { dvclt: 'LT-3', registry: ['R-1'] },
        unit: '99001',
      }),
    });
  });

  it('takes names that objects have already for names of data', () => {
    const value = '{"codes":{"__proto__":{"dvclt":"x"}},"unit":null,"__proto__":{"state":"refused"}}';
    const read = fromWire(fetched({ value }));
    expect(read).toHaveProperty('record');
    expect('record' in read && [read.record.codes.dvclt, read.record.data.state]).toEqual([undefined, undefined]);
  });

  it('does not publish an event without a dossier', () => {
    expect(toWire(sampleEvent(null, 0))).toBeNull();
  });

  it('gives the same event back', () => {
    const event = sampleEvent(DOSSIER, 3);
    const wire = toWire(event);
    expect(fromWire(fetched({ headers: { ce_id: event.eventId }, value: wire?.value ?? null }))).toEqual({
      record: event,
    });
  });

  it('reads an event that has no trace and no unit', () => {
    const read = fromWire(fetched({ headers: { traceparent: undefined }, value: '{"codes":{},"state":"received"}' }));
    expect(read).toEqual({ record: expect.objectContaining({ unit: null, codes: {}, data: { state: 'received' } }) });
    expect(read).not.toHaveProperty('record.traceparent');
  });

  it.each<[string, Parameters<typeof fetched>[0], string]>([
    ['another version of CloudEvents', { headers: { ce_specversion: '2.0' } }, 'ce_specversion is missing or not 1.0'],
    ['no id', { headers: { ce_id: undefined } }, 'eventId is missing or malformed'],
    ['no type', { headers: { ce_type: undefined } }, 'type is missing or malformed'],
    ['a time that is none', { headers: { ce_time: 'yesterday' } }, 'at is missing or malformed'],
    ['a subject that is no dossier id', { headers: { ce_subject: 'x' } }, 'dossierId is missing or malformed'],
    ['sequence 0', { headers: { ce_sequence: '0' } }, 'seq is missing or malformed'],
    ['a sequence with a fraction', { headers: { ce_sequence: '1.5' } }, 'seq is missing or malformed'],
    ['a tombstone', { value: null }, 'value is not a JSON object'],
    ['bytes that are not JSON', { value: '{' }, 'value is not a JSON object'],
    ['a JSON array', { value: '[]' }, 'value is not a JSON object'],
    ['no codes', { value: '{}' }, 'codes is missing or malformed'],
    ['codes of another shape', { value: '{"codes":{"registry":"R"}}' }, 'codes is missing or malformed'],
    [
      'data nested without end',
      { value: `{"codes":{},"unit":null,"x":${nested(100_000)}}` },
      'data is missing or malformed',
    ],
    [
      'codes nested without end',
      { value: `{"codes":{"x":${nested(100_000)}},"unit":null}` },
      'data is missing or malformed',
    ],
    ['a sequence above all numbers', { headers: { ce_sequence: '9'.repeat(100_000) } }, 'seq is missing or malformed'],
    ['a type that never ends', { headers: { ce_type: `a${'.a'.repeat(100_000)}!` } }, 'type is missing or malformed'],
    ['an id of a megabyte', { headers: { ce_id: 'a'.repeat(1_000_000) } }, 'eventId is missing or malformed'],
    [
      'a number for its codes',
      { value: `{"codes":1e${'9'.repeat(100_000)},"unit":null}` },
      'codes is missing or malformed',
    ],
    ['a unit that is a number', { value: '{"codes":{},"unit":99001}' }, 'unit is missing or malformed'],
  ])('refuses %s and names the part', (_, change, reason) => {
    expect(fromWire(fetched(change))).toEqual({ reason });
  });
});
