import { fixedClock, testDatabase, type TestDatabase } from '#testing';
import { withoutArchive } from '../archive/app/without-archive';
import { queryOnce } from '../../../bench/harness/query-once';
import type { SyncLogEntryInput } from '../domain/entry';
import { findEntries } from './app/find-entries';
import { indexSealed } from './app/index-sealed';
import { readNumbered } from './app/read-numbered';
import { searchEntries } from './app/search-entries';
import { readExtent } from './adapters/posting-store';
import { termKey } from './domain/postings';
import type { Facet, SearchFilter, Term } from './domain/search-filter';
import { appendNumbered, sealAll } from './testing/sealed-log';

const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The one entry of its kind among many. */
const RARE: SyncLogEntryInput = {
  kind: 'delivery.replayed',
  actor: { id: 'operator', type: 'person' },
  dossierId: uuid(1),
  codes: ['G22.99.08-260302-000001', 'H99.101-260302-0001', 'registry-77'],
  partner: 'dvcqg',
  operation: 'append-progress',
  unit: '99007',
  procedure: 'death-group',
  outcome: 'already-applied',
  detail: { receiptId: uuid(2), reasonCode: 'rare.cause', deliveryId: uuid(3), planId: uuid(4), itemId: uuid(5) },
};
/** What all others are. */
const FREQUENT: SyncLogEntryInput = {
  kind: 'attempt.settled',
  actor: { id: 'courier', type: 'system' },
  partner: 'hotich',
  operation: 'submit-registration',
  unit: '99001',
  procedure: 'birth-group',
  outcome: 'accepted',
  detail: { reasonCode: 'answer.accepted' },
};

describe('the search of the sealed log', () => {
  const clock = fixedClock();
  let test: TestDatabase;
  beforeEach(async () => void (test = await testDatabase()));
  afterEach(() => test.drop());

  const append = (entries: readonly SyncLogEntryInput[]): Promise<void> => appendNumbered(test.db, clock, entries);
  const many = (count: number, entry = FREQUENT): SyncLogEntryInput[] => Array.from({ length: count }, () => entry);
  const where = (...terms: [Facet, string][]): SearchFilter => ({
    all: terms.map(([facet, value]): Term[] => [{ facet, value }]),
  });
  const indexes = async (filter: SearchFilter, order: 'newest' | 'oldest' = 'newest'): Promise<number[]> =>
    (await searchEntries(withoutArchive(test.db), filter, { order, limit: 200 })).map(({ index }) => index);

  /** The rare one stands at 300, in an indexed bundle, and at 520, in the last one, which is not full. */
  async function rareAmongFrequent(): Promise<void> {
    await append([...many(300), RARE, ...many(219), RARE, ...many(9)]);
    await sealAll(test.db);
    expect(await indexSealed(test.db, 100)).toBe(0);
    expect(await readExtent(test.db)).toEqual({ size: 530, indexed: 2 });
  }

  it.each<[Facet, string]>([
    ['code', 'G22.99.08-260302-000001'],
    ['code', 'H99.101-260302-0001'],
    ['code', 'registry-77'],
    ['dossierId', uuid(1)],
    ['unit', '99007'],
    ['partner', 'dvcqg'],
    ['operation', 'append-progress'],
    ['procedure', 'death-group'],
    ['outcome', 'already-applied'],
    ['kind', 'delivery.replayed'],
    ['actor', 'operator'],
    ['receipt', uuid(2)],
    ['cause', 'rare.cause'],
    ['delivery', uuid(3)],
    ['plan', uuid(4)],
    ['item', uuid(5)],
  ])('finds by %s, indexed or not, and among what is frequent', async (facet, value) => {
    await rareAmongFrequent();
    expect(await indexes(where([facet, value]))).toEqual([520, 300]);
    expect(await indexes(where([facet, value]), 'oldest')).toEqual([300, 520]);
    expect(await indexes(where([facet, value], ['outcome', 'already-applied']))).toEqual([520, 300]);
    expect(await indexes(where([facet, value], ['outcome', 'accepted']))).toEqual([]);
    expect(await indexes(where([facet, `${value}x`]))).toEqual([]);
    const oneOfTwo = [{ facet, value }, { facet: 'kind', value: 'watch.met' } as const];
    expect(await indexes({ all: [oneOfTwo] })).toEqual([520, 300]);
  });

  it('finds nothing by two conditions that are frequent and never meet', async () => {
    const other: SyncLogEntryInput = { ...FREQUENT, partner: 'dvclt', operation: 'push-status' };
    await append(Array.from({ length: 1_000 }, (_, at) => (at % 2 === 0 ? FREQUENT : other)));
    await sealAll(test.db);
    await indexSealed(test.db, 100);
    expect(await indexes(where(['partner', 'hotich'], ['operation', 'push-status']))).toEqual([]);
    expect((await indexes(where(['partner', 'dvclt'], ['operation', 'push-status']))).slice(0, 2)).toEqual([999, 997]);
  });

  it('finds by time, also where times do not rise with the numbers', async () => {
    for (const minutes of [0, 10, 5, 20]) {
      clock.set(new Date(Date.UTC(2026, 2, 2, 2, minutes)));
      await append(many(300));
    }
    await sealAll(test.db);
    await indexSealed(test.db, 100);
    const at = (minutes: number): Date => new Date(Date.UTC(2026, 2, 2, 2, minutes));
    const counts = async (since?: Date, until?: Date): Promise<number> => {
      let count = 0;
      for await (const part of findEntries(
        withoutArchive(test.db),
        { all: [], since, until },
        { order: 'oldest', part: 100 },
      ))
        count += part.length;
      return count;
    };
    expect(await counts()).toBe(1_200);
    expect(await counts(at(5), at(10))).toBe(300);
    expect(await counts(at(5))).toBe(900);
    expect(await counts(undefined, at(10))).toBe(600);
    expect(await counts(at(30))).toBe(0);
    expect(await counts(undefined, at(0))).toBe(0);
  });

  it('finds what is sealed and nothing else', async () => {
    await append(many(3, RARE));
    expect(await indexes(where(['unit', '99007']))).toEqual([]);
    expect(await readNumbered(withoutArchive(test.db), 2)).toMatchObject({ index: 2, isSealed: false });
    await sealAll(test.db);
    expect(await indexes(where(['unit', '99007']))).toEqual([2, 1, 0]);
    expect(await readNumbered(withoutArchive(test.db), 2)).toMatchObject({
      index: 2,
      isSealed: true,
      entry: { unit: '99007' },
    });
    expect(await readNumbered(withoutArchive(test.db), 3)).toBeUndefined();
  });

  it('indexes each full bundle once when several sealers do it at once, and leaves the last one out', async () => {
    await append(many(1_700));
    await sealAll(test.db);
    expect(await Promise.all([1, 2, 3].map(() => indexSealed(test.db, 100)))).toEqual([0, 0, 0]);
    expect(await readExtent(test.db)).toEqual({ size: 1_700, indexed: 6 });
    const [{ postings }] = await test.db.query<{ postings: number }>(
      'select count(*)::integer as postings from synclog_posting',
    );
    expect(postings).toBe(6 * 8);
  });

  it('goes on from where it was, at most so many bundles at a time, and finds everything meanwhile', async () => {
    await append([RARE, ...many(2_000)]);
    await sealAll(test.db);
    for (const left of [2, 0]) {
      expect(await indexes(where(['unit', '99007']))).toEqual([0]);
      expect(await indexSealed(test.db, 5)).toBe(left);
    }
    expect(await readExtent(test.db)).toEqual({ size: 2_001, indexed: 7 });
    expect(await indexes(where(['unit', '99007']))).toEqual([0]);
  });

  it('believes the entry and not the index', async () => {
    await rareAmongFrequent();
    // As if another term shared the key: the index names every place of the first bundle.
    await queryOnce(test.ownerUrl, `insert into synclog_posting (term, bundle, places) values ($1, 0, ~0::bit(256))`, [
      termKey({ facet: 'unit', value: '99007' }),
    ]);
    expect(await indexes(where(['unit', '99007']))).toEqual([520, 300]);
  });

  it('goes on around bytes that somebody has changed', async () => {
    await append([...many(10), RARE, ...many(300)]);
    await sealAll(test.db);
    await queryOnce(
      test.ownerUrl,
      `update synclog_entry set bytes = 'x' where id = (select entry_id from synclog_leaf where leaf_index = 3)`,
    );
    await queryOnce(test.ownerUrl, 'delete from synclog_leaf where leaf_index = 4');
    await queryOnce(
      test.ownerUrl,
      `update synclog_entry set bytes = convert_to(regexp_replace(convert_from(bytes, 'UTF8'), '"at":"[^"]*"', '"at":"-200000-01-01T00:00:00Z"'), 'UTF8')
       where id = (select entry_id from synclog_leaf where leaf_index = 6)`,
    );
    await indexSealed(test.db, 100);
    expect(await indexes(where(['unit', '99007']))).toEqual([10]);
    const first = await searchEntries(withoutArchive(test.db), { all: [] }, { order: 'oldest', limit: 5 });
    expect(first.map(({ index, entry }) => [index, entry?.kind])).toEqual([
      [0, 'attempt.settled'],
      [1, 'attempt.settled'],
      [2, 'attempt.settled'],
      [3, undefined],
      [5, 'attempt.settled'],
    ]);
  });

  it.each([
    'update synclog_posting set bundle = bundle',
    'delete from synclog_posting',
    'truncate synclog_posting',
    'update synclog_indexed set bundle = bundle',
    'delete from synclog_indexed',
  ])('does not let the application %s', async (statement) => {
    await expect(test.db.execute(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
