import fc from 'fast-check';
import { PARTNER_IDS } from '#dossier';
import { LAW_SEED, lawRun } from '#testing';
import { shippedReplies } from '../testing/partner-config';
import { classifyText, type TextVerdict } from './classify-text';
import { replyTable, type ReplyRule, type ReplyTable } from './reply-rules';

const RUN = lawRun(400, 10_000);
const FILLER = [
  'hồ sơ',
  'đơn vị',
  'cập nhật',
  'trạng thái',
  'G22.99.08-261125-000001',
  '10 bản ghi',
  'xin',
  'ngày 01/03/2026',
];
const CODES = ['', '0', '00', '1', '200', '400', '3', '-3', '100'];
const JOINTS = [' ', '. ', ', ', '; ', ' - ', ': '];

/** What a partner's servers do to a text without meaning another (Q44). */
const VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  capitals: (text) => text.toUpperCase(),
  'small letters': (text) => text.toLowerCase(),
  'letters and marks apart': (text) => text.normalize('NFD'),
  'letters and marks composed': (text) => text.normalize('NFC'),
  'other white space': (text) => text.replaceAll(' ', '\u00a0 \n\t'),
  'white space round it': (text) => ` \n${text}\u3000`,
  'a first capital in each word': (text) =>
    text.replace(/(^|\s)(\p{L})/gu, (_, gap: string, letter: string) => gap + letter.toUpperCase()),
};

const isSuccess = (verdict: TextVerdict): boolean => ['accepted', 'already-applied'].includes(verdict.outcome);
const tokensOf = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Places at which these tokens stand in a row. */
function placesOf(tokens: readonly string[], wanted: readonly string[]): number[] {
  return tokens.flatMap((_, start) =>
    wanted.every((token, offset) => tokens[start + offset] === token) ? [start] : [],
  );
}

/** Token by token and so by another way than the code under test: some success phrase stands in the field, and beside that one place
 *  there is no word of failure. */
function hasCleanSuccess(table: ReplyTable, operation: string, field: string): boolean {
  const tokens = tokensOf(field);
  const vetoes = table.vetoWords.map(tokensOf);
  return successesOf(table, operation)
    .map((rule) => tokensOf(rule.phrase))
    .some((phrase) =>
      placesOf(tokens, phrase).some((start) => {
        const sides = [tokens.slice(0, start), tokens.slice(start + phrase.length)];
        return sides.every((side) => vetoes.every((veto) => placesOf(side, veto).length === 0));
      }),
    );
}

function successesOf(table: ReplyTable, operation: string): ReplyRule[] {
  return table.rules.filter(
    (rule) => ['accepted', 'already-applied'].includes(rule.outcome) && rule.operations.includes(operation),
  );
}

/** Texts made of what partners write: whole phrases of any outcome, words of failure, filler, broken words. */
function anyText(table: ReplyTable): fc.Arbitrary<string> {
  const phrases = table.rules.map((rule) => rule.phrase);
  const piece = fc.oneof(
    fc.constantFrom(...phrases, ...phrases.map((phrase) => phrase.toUpperCase())),
    fc.constantFrom(...table.vetoWords),
    fc.constantFrom(...FILLER),
    fc.constantFrom(...phrases.flatMap((phrase) => phrase.split(' '))),
  );
  return fc.array(fc.tuple(piece, fc.constantFrom(...JOINTS)), { maxLength: 6 }).map((pieces) =>
    pieces
      .map(([text, joint]) => text + joint)
      .join('')
      .trim(),
  );
}

describe.each(PARTNER_IDS.map((id) => [id, shippedReplies(id)] as const))(
  `laws of reply rules, %s, seed ${LAW_SEED}`,
  (_id, table) => {
    const operation = fc.constantFrom(...new Set(table.rules.flatMap((rule) => rule.operations)));
    const code = fc.constantFrom(...CODES);
    const fields = fc.array(anyText(table), { maxLength: 3 });

    it('a word of failure beside it never lets a phrase of success pass [Q01 Q44]', () => {
      fc.assert(
        fc.property(operation, fields, code, (name, texts, result) => {
          if (!isSuccess(classifyText(table, name, texts, result))) return;
          expect(texts.some((text) => hasCleanSuccess(table, name, text))).toBe(true);
        }),
        RUN,
      );
    });

    it('a phrase of failure in any field never lets a phrase of success pass', () => {
      const failures = table.rules.filter((rule) => rule.outcome === 'refused' || rule.outcome === 'retry');
      fc.assert(
        fc.property(fc.constantFrom(...failures), fields, (rule, texts) => {
          const verdict = classifyText(table, rule.operations[0], [...texts, rule.phrase], rule.when?.code[0] ?? '');
          expect(isSuccess(verdict)).toBe(false);
        }),
        RUN,
      );
    });

    it.each(Object.entries(VARIANTS))('%s do not change what a text means [Q44]', (_name, change) => {
      fc.assert(
        fc.property(operation, fields, code, (name, texts, result) => {
          expect(classifyText(table, name, texts.map(change), result)).toEqual(
            classifyText(table, name, texts, result),
          );
        }),
        lawRun(150, 5_000),
      );
    });

    it('a phrase inside a longer word is not that phrase [Q44]', () => {
      const letter = fc.constantFrom('a', 'ạ', 'Đ', 'ư', 'n', '0', '9', '٣', '字');
      fc.assert(
        fc.property(fc.constantFrom(...table.rules), letter, fc.boolean(), (rule, grown, isBefore) => {
          const text = isBefore ? grown + rule.phrase : rule.phrase + grown;
          const verdict = classifyText(table, rule.operations[0], [text], rule.when?.code[0] ?? '');
          expect(verdict).not.toMatchObject({ ruleId: rule.id });
        }),
        RUN,
      );
    });

    it('every rule is found in its own text, whatever stands in other fields that say nothing', () => {
      for (const rule of table.rules) {
        for (const name of rule.operations) {
          const verdict = classifyText(table, name, ['xin chào', rule.phrase], rule.when?.code[0] ?? '');
          expect(verdict).toMatchObject({ ruleId: rule.id, outcome: rule.outcome, version: table.version });
        }
      }
    });

    it('is total, for any text and any number of fields', () => {
      const anything = fc.array(fc.oneof(fc.string({ unit: 'binary' }), anyText(table)), { maxLength: 5 });
      fc.assert(
        fc.property(operation, anything, fc.string(), (name, texts, result) => {
          expect(['accepted', 'already-applied', 'refused', 'retry', 'unknown']).toContain(
            classifyText(table, name, texts, result).outcome,
          );
        }),
        RUN,
      );
    });
  },
);

describe(`laws of any reply table, seed ${LAW_SEED}`, () => {
  const words = ['đã', 'nhận', 'hồ', 'sơ', 'chưa', 'xử', 'lý'];

  it('of all phrases that stand in a text the longest decides, in whatever order the file has them', () => {
    const phrases = fc.uniqueArray(
      fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' ')),
      { minLength: 2, maxLength: 8 },
    );
    const text = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(phrases, text, (all, said) => {
        const rules = all.map((phrase, index) => ({
          id: `r${index}`,
          operations: ['x'],
          phrase,
          outcome: 'refused' as const,
        }));
        const table = replyTable({ partner: 'dvclt', version: 1, vetoWords: ['không'], rules });
        const standing = all.filter((phrase) => placesOf(tokensOf(said), tokensOf(phrase)).length > 0);
        const longest = Math.max(...standing.map((phrase) => phrase.length));
        const verdict = classifyText(table, 'x', [said]);
        if (verdict.outcome === 'unknown') return expect(standing).toEqual([]);
        expect(all[Number(verdict.ruleId.slice(1))]).toHaveLength(longest);
      }),
      RUN,
    );
  });

  it('an operation is judged by its own rules alone', () => {
    const table = shippedReplies('dvclt');
    fc.assert(
      fc.property(anyText(table), fc.constantFrom('hand-over-dossier', 'look-up', ''), (text, foreign) => {
        expect(classifyText(table, foreign, [text], '200')).toEqual({ outcome: 'unknown', reason: 'unmatched' });
      }),
      RUN,
    );
  });
});
