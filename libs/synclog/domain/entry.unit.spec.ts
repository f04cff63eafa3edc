import { createHash } from 'node:crypto';
import { entryBytes, leafHash, MAX_ENTRY_BYTES, type SyncLogEntryInput } from './entry';

const ID = '019b0000-0000-7000-8000-000000000001';
const AT = '2026-03-02T09:00:00.000+07:00';
const entry = (more: object = {}): SyncLogEntryInput => ({
  kind: 'dossier.received',
  actor: { id: 'worker', type: 'system' },
  ...more,
});

describe('sync log entry bytes', () => {
  it('are the RFC 8785 form of the members of the contract', () => {
    const bytes = entryBytes(
      ID,
      AT,
      entry({
        actor: { id: 'one-stop', type: 'machine', addressDigest: 'YWJj' },
        dossierId: ID,
        codes: ['G22.99.08-260302-0001', 'H99.101-260302-0001'],
        partner: 'dvclt',
        operation: 'push-status',
        unit: '00123',
        procedure: 'birth-group',
        outcome: 'accepted',
        rule: { id: 'dvclt.done', version: 3 },
        contentDigest: 'q83v',
        detail: { httpStatus: 200, attempt: 1 },
      }),
    );
    expect(bytes.toString()).toBe(
      '{"actor":{"addressDigest":"YWJj","id":"one-stop","type":"machine"},"at":"2026-03-02T09:00:00.000+07:00",' +
        '"codes":["G22.99.08-260302-0001","H99.101-260302-0001"],"contentDigest":"q83v","detail":{"attempt":1,"httpStatus":200},' +
        '"dossierId":"019b0000-0000-7000-8000-000000000001","id":"019b0000-0000-7000-8000-000000000001","kind":"dossier.received",' +
        '"operation":"push-status","outcome":"accepted","partner":"dvclt","procedure":"birth-group","rule":{"id":"dvclt.done","version":3},"unit":"00123","v":1}',
    );
  });

  it('leave out what is absent and what the contract does not know', () => {
    expect(entryBytes(ID, AT, entry({ unit: undefined, subjectName: 'x' })).toString()).toBe(
      `{"actor":{"id":"worker","type":"system"},"at":"${AT}","id":"${ID}","kind":"dossier.received","v":1}`,
    );
  });

  it('hash to SHA-256(0x00 ‖ bytes)', () => {
    const bytes = entryBytes(ID, AT, entry());
    expect(leafHash(bytes).toString('hex')).toBe(createHash('sha256').update('\0').update(bytes).digest('hex'));
    // The vector of RFC 6962 for the empty leaf.
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
  });

  it.each([
    ['an unknown kind', entry({ kind: 'dossier.painted' }), 'synclog-kind-unknown'],
    ['an unknown name in detail', entry({ detail: { hoTen: 'x' } }), 'synclog-detail-refused'],
    ['a sentence in detail', entry({ detail: { reasonCode: 'Trần Văn Mẫu' } }), 'synclog-detail-refused'],
    ['an identity number in detail', entry({ detail: { code: '999000000001' } }), 'synclog-detail-refused'],
    ['a telephone number in a list of detail', entry({ detail: { refs: ['0900000000'] } }), 'synclog-detail-refused'],
    ['a nested object in detail', entry({ detail: { state: { a: 1 } } }), 'synclog-detail-refused'],
    ['a name as actor', entry({ actor: { id: 'Cán bộ Mẫu', type: 'person' } }), 'synclog-field-refused'],
    ['a sentence as purpose', entry({ purpose: 'xem hồ sơ' }), 'synclog-field-refused'],
    ['a sentence as outcome', entry({ outcome: 'thành công' }), 'synclog-field-refused'],
  ])('refuse %s', (_what, input, code) => {
    expect(() => entryBytes(ID, AT, input)).toThrow(expect.objectContaining({ code, disposition: 'bug' }));
  });

  it('refuse more than 16 KiB and take exactly 16 KiB', () => {
    const empty = entryBytes(ID, AT, entry({ codes: ['a'] })).length;
    // Codes of 200 characters with quotes and comma weigh 203 bytes; the last one fills up.
    const room = MAX_ENTRY_BYTES - empty;
    const codes = ['a', ...Array.from({ length: Math.floor(room / 203) }, () => 'c'.repeat(200))];
    const left = MAX_ENTRY_BYTES - entryBytes(ID, AT, entry({ codes })).length;
    const full = ['a' + 'b'.repeat(left), ...codes.slice(1)];
    expect(entryBytes(ID, AT, entry({ codes: full }))).toHaveLength(MAX_ENTRY_BYTES);
    expect(() => entryBytes(ID, AT, entry({ codes: ['bb' + 'b'.repeat(left), ...codes.slice(1)] }))).toThrow(
      expect.objectContaining({ code: 'synclog-entry-too-large' }),
    );
  });

  it('never carry a code that could be a person or is no code', () => {
    const codes = ['G22.99.08-260302-0001', '999000000001', 'Số 12', ''];
    expect(JSON.parse(entryBytes(ID, AT, entry({ codes })).toString())).toMatchObject({
      codes: ['G22.99.08-260302-0001', 'unreadable', 'unreadable', 'unreadable'],
    });
  });
});
