import fc from 'fast-check';
import { fixedClock, LAW_SEED, lawRun, seededRandom, testDatabase, type TestDatabase } from '#testing';
import { withoutArchive } from '../archive/app/without-archive';
import type { SyncLogEntryInput } from '../domain/entry';
import { findEntries, type SearchOrder } from './app/find-entries';
import { indexSealed } from './app/index-sealed';
import { searchEntries } from './app/search-entries';
import { readExtent } from './adapters/posting-store';
import { readStoredLeaves } from './adapters/leaf-store';
import { readLogged, type LoggedEntry } from './domain/logged-entry';
import { appendNumbered, sealAll } from './testing/sealed-log';

/** The long runs look five hundred times, at a log that grows meanwhile. */
const DEADLINE_MS = 300_000;
/** More than one look at the index takes. */
const ENTRIES = 3_000;
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const DOSSIERS = 60;

/** Values by facet, frequent and rare ones and one that no entry has. */
const VALUES = {
  unit: ['00001', '00002', '00003', '00009'],
  partner: ['dvclt', 'hotich', 'onestop', 'nobody'],
  operation: ['push-status', 'submit-registration', 'hand-over-dossier', 'nothing'],
  outcome: ['accepted', 'refused', 'unknown'],
  kind: ['attempt.settled', 'delivery.settled', 'hold.placed', 'watch.met'],
  actor: ['courier', 'operator', 'approver'],
  cause: ['field.missing', 'lease.expired', 'rare.cause'],
  code: [...Array.from({ length: DOSSIERS }, (_, n) => `G22.${n}`), 'H99.rare', 'none'],
  dossierId: Array.from({ length: DOSSIERS + 1 }, (_, n) => uuid(n)),
  delivery: Array.from({ length: DOSSIERS }, (_, n) => uuid(1_000 + n)),
} as const;
type Name = keyof typeof VALUES;

/** What is asked: for each facet at most one value, or one of two. */
interface Asked {
  all: { facet: Name; values: string[] }[];
  since?: number;
  until?: number;
  from?: number;
}

/** Looks at every entry, in the plainest words. */
function naive(leaves: readonly { index: number; entry: LoggedEntry }[], asked: Asked, order: SearchOrder): number[] {
  const valuesIn = (entry: LoggedEntry): Record<Name, unknown[]> => ({
    unit: [entry.unit],
    partner: [entry.partner],
    operation: [entry.operation],
    outcome: [entry.outcome],
    kind: [entry.kind],
    actor: [entry.actor.id],
    cause: [entry.detail?.reasonCode, ...((entry.detail?.reasonCodes as string[] | undefined) ?? [])],
    code: [...(entry.codes ?? [])],
    dossierId: [entry.dossierId],
    delivery: [entry.detail?.deliveryId],
  });
  const found = leaves.filter(({ index, entry }) => {
    const at = new Date(entry.at).getTime();
    const has = valuesIn(entry);
    for (const { facet, values } of asked.all) if (!values.some((value) => has[facet].includes(value))) return false;
    if (asked.since !== undefined && at < asked.since) return false;
    if (asked.until !== undefined && at >= asked.until) return false;
    return index >= (asked.from ?? 0);
  });
  const indexes = found.map(({ index }) => index);
  return order === 'oldest' ? indexes : indexes.reverse();
}

describe(`the search of the sealed log against a look at every entry (seed ${LAW_SEED})`, () => {
  const clock = fixedClock();
  const start = clock.now().getTime();
  const random = seededRandom(LAW_SEED);
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
    for (let count = 0; count < ENTRIES;) count += await grow();
    await sealAll(test.db);
  });
  afterAll(() => test.drop());

  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
  /** Frequent values come often; an entry lacks what it lacks. */
  const some = <T>(values: readonly T[], share = 0.8): T | undefined =>
    random() < share ? pick(values.slice(0, -1)) : undefined;

  function anEntry(): SyncLogEntryInput {
    const dossier = random() < 0.01 ? undefined : Math.floor(random() ** 2 * DOSSIERS);
    const cause = some(VALUES.cause, 0.3);
    return {
      kind: random() < 0.002 ? 'watch.met' : pick(VALUES.kind.slice(0, 3)),
      actor: { id: pick(VALUES.actor), type: 'system' },
      dossierId: dossier === undefined ? undefined : VALUES.dossierId[dossier],
      codes: dossier === undefined || random() < 0.3 ? undefined : [VALUES.code[dossier], ...some2(random() < 0.003)],
      partner: some(VALUES.partner),
      operation: some(VALUES.operation),
      unit: some(VALUES.unit),
      outcome: some(VALUES.outcome),
      detail: {
        ...(cause === undefined
          ? {}
          : random() < 0.5
            ? { reasonCode: cause }
            : { reasonCodes: [cause, 'lease.expired'] }),
        ...(dossier === undefined ? {} : { deliveryId: VALUES.delivery[dossier] }),
      },
    };
  }
  const some2 = (isRare: boolean): string[] => (isRare ? ['H99.rare'] : []);

  /** Times do not rise with the numbers: transactions commit in any order. */
  async function grow(): Promise<number> {
    clock.advance(Math.floor(random() * 60_000) - 20_000);
    const count = 1 + Math.floor(random() * 60);
    await appendNumbered(test.db, clock, Array.from({ length: count }, anEntry));
    return count;
  }

  const known: { index: number; entry: LoggedEntry }[] = [];
  async function sealed(): Promise<readonly { index: number; entry: LoggedEntry }[]> {
    const { size } = await readExtent(test.db);
    const fresh = Array.from({ length: size - known.length }, (_, at) => known.length + at);
    const rows = await readStoredLeaves(test.db, fresh);
    known.push(...rows.map(({ index, bytes }) => ({ index, entry: readLogged(bytes)! })));
    return known;
  }

  const conditionArb = fc
    .constantFrom(...(Object.keys(VALUES) as Name[]))
    .chain((facet) =>
      fc
        .uniqueArray(fc.constantFrom<string>(...VALUES[facet]), { minLength: 1, maxLength: 2 })
        .map((values) => ({ facet, values })),
    );
  const timeArb = fc.option(
    fc.integer({ min: -60_000, max: 40 * 60_000 }).map((ms) => start + ms),
    { nil: undefined, freq: 2 },
  );
  const askedArb: fc.Arbitrary<Asked> = fc.record({
    all: fc.array(conditionArb, { maxLength: 4 }),
    since: timeArb,
    until: timeArb,
    from: fc.option(fc.nat(ENTRIES), { nil: undefined, freq: 1 }),
  });
  const filterOf = ({ all, since, until, from }: Asked) => ({
    all: all.map(({ facet, values }) => values.map((value) => ({ facet, value }))),
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
    from,
  });

  it(
    'finds exactly the same entries in the same order, however much of the log is indexed',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          askedArb,
          fc.constantFrom<SearchOrder>('newest', 'oldest'),
          fc.integer({ min: 1, max: 300 }),
          fc.boolean(),
          async (asked, order, part, isIndexing) => {
            if (isIndexing) await indexSealed(test.db, 1);
            const found: number[] = [];
            for await (const entries of findEntries(withoutArchive(test.db), filterOf(asked), { order, part }))
              found.push(...entries.map(({ index }) => index));
            expect(found).toEqual(naive(await sealed(), asked, order));
          },
        ),
        lawRun(60, 500),
      );
    },
    DEADLINE_MS,
  );

  it(
    'gives pages that neither miss nor repeat an entry while the log grows and is indexed',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          askedArb,
          fc.constantFrom<SearchOrder>('newest', 'oldest'),
          fc.integer({ min: 1, max: 200 }),
          async (asked, order, limit) => {
            const before = naive(await sealed(), asked, order);
            const found: number[] = [];
            for (let after: number | undefined; ;) {
              const page = await searchEntries(withoutArchive(test.db), filterOf(asked), { order, after, limit });
              found.push(...page.map(({ index }) => index));
              if (page.length < limit || found.length > 400) break;
              after = page.at(-1)?.index;
              await grow();
              await sealAll(test.db);
              await indexSealed(test.db, 1);
            }
            const all = order === 'oldest' ? naive(await sealed(), asked, order) : before;
            expect(found).toEqual(all.slice(0, found.length));
            expect(found.length).toBeGreaterThanOrEqual(Math.min(before.length, 400));
          },
        ),
        lawRun(15, 100),
      );
    },
    DEADLINE_MS,
  );
});
