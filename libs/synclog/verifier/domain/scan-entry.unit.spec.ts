import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { LAW_SEED, lawRun } from '#testing';
import { canonicalText } from './canonical';
import { scanEntry } from './scan-entry';

const ENTRY = {
  actor: { id: 'courier', type: 'system' },
  at: '2026-03-02T09:00:00+07:00',
  codes: ['G22.99.08-260302-000001', 'hồ sơ'],
  detail: { attempt: 1, isLate: false, nothing: null, refs: [] },
  id: '019cad00-0000-7000-8000-000000000001',
  kind: 'attempt.settled',
  v: 1,
};
const scan = (text: string) => scanEntry(Buffer.from(text));

describe('the quick look at an entry', () => {
  it('gives what it is known by', () => {
    const { id, at, kind } = ENTRY;
    expect(scan(canonicalText(ENTRY))).toEqual({ v: '1', id, at, kind });
  });

  const plain = canonicalText(ENTRY);
  it.each([
    ['white space', plain.replace(',', ', ')],
    ['white space behind it', `${plain}\n`],
    ['names that are not in their order', plain.replace('"actor"', '"zactor"')],
    ['a name twice', plain.replace('{"actor"', '{"actor":1,"actor"')],
    ['an escape', plain.replace('courier', 'cour\\u0069er')],
    ['a control character', plain.replace('courier', 'cour\u0001ier')],
    ['a name outside ASCII', plain.replace('"actor"', '"âctor"')],
    ['a leading zero', plain.replace('"attempt":1', '"attempt":01')],
    ['minus zero', plain.replace('"attempt":1', '"attempt":-0')],
    ['a fraction', plain.replace('"attempt":1', '"attempt":1.0')],
    ['an exponent', plain.replace('"attempt":1', '"attempt":1e2')],
    ['many digits', plain.replace('"attempt":1', '"attempt":1234567890123456')],
    ['a comma too many', plain.replace('"refs":[]', '"refs":[1,]')],
    ['another word', plain.replace('false', 'fals')],
    ['no end', plain.slice(0, -1)],
    ['something behind its end', `${plain}}`],
    ['no id', canonicalText({ ...ENTRY, id: undefined })],
    ['a list around it', `[${plain}]`],
    ['nothing', ''],
    ['deep nesting', plain.replace('[]', `${'['.repeat(50)}${']'.repeat(50)}`)],
  ])('leaves %s to the closer one', (_what, text) => expect(scan(text)).toBeUndefined());

  it(`never takes for canonical what is not, whatever the bytes (seed ${LAW_SEED})`, () => {
    const value = fc.record({
      detail: fc.jsonValue({ maxDepth: 3 }),
      id: fc.constant(ENTRY.id),
      at: fc.constant(ENTRY.at),
      kind: fc.constant(ENTRY.kind),
      v: fc.constant(1),
    });
    const change = fc.record({ place: fc.nat(), byte: fc.constantFrom(...Buffer.from('"\\{}[],:01-. aé')) });
    fc.assert(
      fc.property(value, fc.option(change, { nil: undefined }), (one, changed) => {
        const bytes = Buffer.from(canonicalText(one));
        if (changed !== undefined) bytes[changed.place % bytes.length] = changed.byte;
        const scanned = isUtf8(bytes) ? scanEntry(bytes) : undefined;
        if (scanned === undefined) return;
        const parsed = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
        expect(canonicalText(parsed)).toBe(bytes.toString('utf8'));
        expect(scanned.v).toBe(JSON.stringify(parsed.v));
        for (const name of ['id', 'at', 'kind'] as const)
          expect(`"${scanned[name]}"`).toBe(JSON.stringify(parsed[name]));
      }),
      lawRun(2_000, 50_000),
    );
  });
});
