import type { LoggedEntry } from './logged-entry';
import { readLogged } from './logged-entry';
import { indexBundle, leavesOf, termKey } from './postings';
import { isWanted, termsOf } from './search-filter';

const entry = (more: Partial<LoggedEntry> = {}): LoggedEntry => ({
  v: 1,
  id: '019b0000-0000-7000-8000-000000000001',
  at: '2026-03-02T09:00:00.000+07:00',
  kind: 'attempt.settled',
  actor: { id: 'courier', type: 'system' },
  ...more,
});

describe('terms of an entry', () => {
  it('are every value by which it can be found', () => {
    const found = termsOf(
      entry({
        codes: ['G22.1', 'H99.1'],
        dossierId: 'd',
        unit: '00123',
        partner: 'dvclt',
        operation: 'push-status',
        procedure: 'birth-group',
        outcome: 'accepted',
        detail: {
          receiptId: 'r',
          reasonCode: 'one',
          reasonCodes: ['two', 'three'],
          deliveryId: 'v',
          planId: 'p',
          itemId: 'i',
          attempt: 1,
        },
      }),
    );
    expect(found.map(({ facet, value }) => `${facet}=${value}`)).toEqual([
      'code=G22.1',
      'code=H99.1',
      'dossierId=d',
      'unit=00123',
      'partner=dvclt',
      'operation=push-status',
      'procedure=birth-group',
      'outcome=accepted',
      'kind=attempt.settled',
      'actor=courier',
      'receipt=r',
      'cause=one',
      'cause=two',
      'cause=three',
      'delivery=v',
      'plan=p',
      'item=i',
    ]);
  });

  it('have a key for each facet and value', () => {
    const keys = (['unit', 'code', 'partner'] as const).flatMap((facet) =>
      ['a', 'b'].map((value) => termKey({ facet, value })),
    );
    expect(new Set(keys).size).toBe(6);
    expect(keys.every((key) => BigInt(key) === BigInt.asIntN(64, BigInt(key)))).toBe(true);
  });
});

describe('what is asked for', () => {
  it.each<[string, Parameters<typeof isWanted>[1], boolean]>([
    ['everything', { all: [] }, true],
    ['its unit', { all: [[{ facet: 'unit', value: '00123' }]] }, true],
    ['another unit', { all: [[{ facet: 'unit', value: '00124' }]] }, false],
    ['one of two units', { all: [['00124', '00123'].map((value) => ({ facet: 'unit' as const, value }))] }, true],
    ['one of no unit', { all: [[]] }, false],
    [
      'its unit and another kind',
      { all: [[{ facet: 'unit', value: '00123' }], [{ facet: 'kind', value: 'hold.placed' }]] },
      false,
    ],
    ['its instant on', { all: [], since: new Date('2026-03-02T02:00:00Z') }, true],
    ['after its instant', { all: [], since: new Date('2026-03-02T02:00:00.001Z') }, false],
    ['before its instant', { all: [], until: new Date('2026-03-02T02:00:00Z') }, false],
    ['up to its instant', { all: [], until: new Date('2026-03-02T02:00:00.001Z') }, true],
  ])('is an entry of %s', (_what, filter, expected) => {
    expect(isWanted(entry({ unit: '00123' }), filter)).toBe(expected);
  });

  it('is bytes that are no entry only when all is asked for', () => {
    for (const bytes of [
      'x',
      '[]',
      'null',
      '{"id":1}',
      '{"id":"a","at":"b","kind":"c","actor":null}',
      '{"id":"a","at":"b","kind":"c","actor":{"id":"d"},"codes":5}',
    ]) {
      const read = readLogged(Buffer.from(bytes));
      expect([bytes, read, isWanted(read, { all: [] })]).toEqual([bytes, undefined, true]);
      expect(isWanted(read, { all: [[{ facet: 'kind', value: 'c' }]] })).toBe(false);
      expect(isWanted(read, { all: [], since: new Date(0) })).toBe(false);
    }
  });
});

describe('a bundle in the index', () => {
  it('says of each of its terms where it stands', () => {
    const entries = [
      entry({ unit: 'a' }),
      undefined,
      entry({ unit: 'b', at: '2026-03-02T08:59:00.000+07:00' }),
      ...Array.from({ length: 252 }, () => entry({ at: 'never' })),
      entry({ unit: 'a', at: '2026-03-02T09:01:00.000+07:00' }),
    ];
    const { postings, ...times } = indexBundle(3, entries);
    expect(times).toEqual({
      bundle: 3,
      firstAt: new Date('2026-03-02T01:59:00Z'),
      lastAt: new Date('2026-03-02T02:01:00Z'),
    });
    const leaves = (value: string): number[] => {
      const posting = postings.find(({ key }) => key === termKey({ facet: 'unit', value }))!;
      expect(posting.places).toHaveLength(256);
      return leavesOf({ bundle: 3, places: posting.places });
    };
    expect(leaves('a')).toEqual([768, 1023]);
    expect(leaves('b')).toEqual([770]);
    expect(postings).toHaveLength(4);
  });

  it('has no time and no term when none of its entries can be read', () => {
    expect(indexBundle(0, [undefined])).toEqual({ bundle: 0, firstAt: null, lastAt: null, postings: [] });
  });
});
