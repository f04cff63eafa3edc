import fc from 'fast-check';
import type { PartnerRow } from '#reconciliation';
import { LAW_SEED, lawRun } from '#testing';
import { byEitherCode, foundOf, isReadable, listedOf, namedRow, toldOnce, type ReadRow } from './found-rows';
import { asked } from './testing/reconciled-bench';

const RUN = lawRun(500, 20_000);
const NO_CODE = 'Nguyễn Văn A';
const DOSSIERS = [0, 1, 2, 3].map((number) => asked(number));

const codes = fc
  .record({ of: fc.nat({ max: 5 }), hasDvclt: fc.boolean(), hasOneStop: fc.boolean() })
  .map(({ of, hasDvclt, hasOneStop }) => ({
    ...(hasDvclt ? { dvclt: asked(of).codes.dvclt } : {}),
    ...(hasOneStop ? { oneStop: asked(of).codes.oneStop } : {}),
  }));
const status = fc.constantFrom(null, 1, 4);
const row: fc.Arbitrary<ReadRow> = codes.chain((named) =>
  Object.keys(named).length === 0
    ? fc.constant<ReadRow>({ codes: named, reasonCode: 'test.nameless' })
    : fc.oneof(
        status.map((number): ReadRow => ({ codes: named, status: number })),
        fc.constant<ReadRow>({ codes: named, reasonCode: 'test.broken' }),
        status.map((number) => namedRow('onestop', { ...named, oneStop: NO_CODE }, { status: number })),
      ),
);

const found = (rows: readonly ReadRow[]) =>
  foundOf(DOSSIERS, toldOnce(rows, 'test.contradict'), { belongsTo: byEitherCode, partner: 'onestop' });

const codesIn = (rows: readonly PartnerRow[]): number => new Set(rows.map(({ codes: { oneStop } }) => oneStop)).size;

/** What an answer says does not hang on the order or the repetition of its rows, and a row that may be a dossier's is never its absence. */
describe(`rows of a partner, seed ${LAW_SEED}`, () => {
  const shuffled = fc
    .array(row, { maxLength: 8 })
    .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.nat()));

  it('tell the same in any order and when they are repeated [Q16]', () => {
    fc.assert(
      fc.property(shuffled, ([rows, others, at]) => {
        const again = rows.length === 0 ? [] : [rows[at % rows.length]];
        const kinds = (told: readonly ReadRow[]) =>
          found(told).map((one) =>
            one.kind === 'rows' ? one.rows.map((each) => JSON.stringify(each)).sort() : one.kind,
          );
        expect(kinds([...others, ...again])).toEqual(kinds(rows));
      }),
      RUN,
    );
  });

  it('make a dossier absent only when each is another one’s that was asked for, and unreadable when one of its is', () => {
    const isAsked = ({ dvclt, oneStop }: ReadRow['codes']) =>
      DOSSIERS.some(({ codes: own }) => own.dvclt === dvclt || own.oneStop === oneStop);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        const isWhole = rows.every((one) => isAsked(one.codes));
        found(rows).forEach((one, at) => {
          const { dvclt, oneStop } = DOSSIERS[at].codes;
          const own = rows.filter(({ codes: named }) => named.dvclt === dvclt || named.oneStop === oneStop);
          expect(one.kind === 'absent').toBe(isWhole && own.length === 0);
          if (own.some((each) => !isReadable(each) && each.twin === undefined)) expect(one.kind).toBe('unreadable');
          if (own.some((each) => !isReadable(each)) && one.kind === 'rows')
            expect(codesIn(one.rows)).toBeGreaterThan(1);
        });
      }),
      RUN,
    );
  });

  it('let no text out that is no code, and list no dossier as one of which all could be read', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        const told = toldOnce(rows, 'test.contradict');
        const listed = listedOf(told);
        expect(JSON.stringify([found(rows), listed])).not.toContain(NO_CODE);
        const broken = told.filter((each) => !isReadable(each) && each.twin === undefined);
        for (const { codes: named } of listed.rows)
          for (const { codes: other } of broken) {
            expect(named.dvclt === undefined || named.dvclt !== other.dvclt).toBe(true);
            expect(named.oneStop === undefined || named.oneStop !== other.oneStop).toBe(true);
          }
      }),
      RUN,
    );
  });
});
