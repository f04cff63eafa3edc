import fc from 'fast-check';
import { shippedReplies } from '../testing/partner-config';
import { classifyText, hasVetoWord, type TextVerdict } from './classify-text';
import { replyTable } from './reply-rules';

const table = shippedReplies('dvclt');
const push = (...fields: string[]): TextVerdict => classifyText(table, 'push-status', fields, '200');
const pushFailed = (...fields: string[]): TextVerdict => classifyText(table, 'push-status', fields, '400');

/** dvclt.md §6 with CONTRACTS §1.3. */
const PHRASES: readonly (readonly [phrase: string, ruleId: string, outcome: string, proven: number | undefined])[] = [
  ['bị từ chối. Không thể cập nhật trạng thái', 'dvclt.already-refused', 'already-applied', 6],
  ['đã tồn tại trong một cửa điện tử', 'dvclt.already-received', 'already-applied', 1],
  ['không tồn tại', 'dvclt.discrepancy.unknown-dossier', 'refused', undefined],
  ['đã trả kết quả, không được cập nhật trạng thái', 'dvclt.already-returned', 'already-applied', 5],
  ['đã hoàn thành đăng ký, không được cập nhật trạng thái', 'dvclt.already-completed', 'already-applied', 4],
  ['đã có kết quả xử lý. Không thể cập nhật trạng thái', 'dvclt.already-has-result', 'already-applied', 4],
  ['chưa cập nhật trạng thái', 'dvclt.status-not-updated', 'retry', undefined],
  ['chưa được gửi không thể cập nhật trạng thái', 'dvclt.earlier-step-missing', 'retry', undefined],
  ['có lỗi trong quá trình thêm mới', 'dvclt.internal-failure', 'retry', undefined],
  ['client received soap fault', 'dvclt.soap-fault', 'retry', undefined],
  ['server error', 'dvclt.server-error', 'retry', undefined],
  ['logic xử lý không hợp lệ', 'dvclt.forbidden-transition', 'refused', undefined],
];

const VARIANTS: readonly (readonly [name: string, change: (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in capitals', (text) => text.toUpperCase()],
  ['with a capital K', (text) => text.replaceAll('không', 'Không')],
  ['in NFD', (text) => text.normalize('NFD')],
  ['with doubled and other white space', (text) => text.replaceAll(' ', ' \u00a0\n')],
  ['inside a sentence', (text) => `Hồ sơ G22.99.08-260301-0007 ${text}.`],
  ['in quotes', (text) => `"${text}"`],
];

describe('reply rules', () => {
  describe.each(PHRASES)('%s', (phrase, ruleId, outcome, proven) => {
    it.each(VARIANTS)('%s', (_name, change) => {
      const expected = {
        outcome,
        ruleId,
        version: table.version,
        ...(proven === undefined ? {} : { provenStatus: proven }),
      };
      expect(pushFailed(change(phrase))).toEqual(expected);
      expect(pushFailed('Cập nhật trạng thái không thành công', change(phrase))).toEqual(expected);
    });

    it('is not found inside a longer word [Q44]', () => {
      expect(pushFailed(`x${phrase}`)).not.toMatchObject({ ruleId });
      expect(pushFailed(`${phrase}ạ`)).not.toMatchObject({ ruleId });
      expect(pushFailed(`${phrase}1`)).not.toMatchObject({ ruleId });
    });
  });

  it('takes the success texts of both writes', () => {
    expect(push('Cập nhật trạng thái thành công')).toMatchObject({ outcome: 'accepted', ruleId: 'dvclt.accepted' });
    expect(classifyText(table, 'acknowledge-receipt', ['Cập nhật thành công'], '200')).toMatchObject({
      outcome: 'accepted',
      ruleId: 'dvclt.acknowledged',
    });
    expect(classifyText(table, 'acknowledge-receipt', ['thành công'], '200')).toEqual({
      outcome: 'unknown',
      reason: 'unmatched',
    });
  });

  it('a success text under a result code of failure is not success [Q01 Q02]', () => {
    expect(pushFailed('Cập nhật trạng thái thành công')).toEqual({ outcome: 'unknown', reason: 'unmatched' });
  });

  it.each([
    'Cập nhật trạng thái không thành công',
    'Chưa thành công',
    'Thành công: 0 bản ghi',
    'thành công, có lỗi khi lưu',
    'Thất bại, không phải thành công',
    'Yêu cầu bị từ chối; cập nhật thành công',
  ])('%s is vetoed [Q01]', (text) => {
    expect(push(text)).toEqual({ outcome: 'unknown', reason: 'vetoed' });
  });

  it('a veto word needs borders: "10 bản ghi" and "lỗikhông" are none', () => {
    expect(push('Thành công: 10 bản ghi')).toMatchObject({ outcome: 'accepted' });
    expect(push('thành công lỗix')).toMatchObject({ outcome: 'accepted' });
  });

  it('a veto word in another field does not count', () => {
    expect(push('Cập nhật trạng thái thành công', 'ghi chú: không')).toMatchObject({ outcome: 'accepted' });
  });

  it('a veto word does not count against a refusal', () => {
    expect(pushFailed('Lỗi: logic xử lý không hợp lệ, chưa xử lý')).toMatchObject({ outcome: 'refused' });
  });

  it.each([
    [['Thành công', 'logic xử lý không hợp lệ']],
    [['đã tồn tại trong một cửa điện tử; server error']],
    [['đã tồn tại trong một cửa điện tử', 'không tồn tại']],
  ])('success and failure together are unknown: %j [Q01]', (fields) => {
    expect(push(...fields)).toEqual({ outcome: 'unknown', reason: 'vetoed' });
  });

  it('no field, an empty field and an unknown text are unmatched', () => {
    for (const fields of [[], [''], ['Xin chào']])
      expect(push(...fields)).toEqual({ outcome: 'unknown', reason: 'unmatched' });
  });

  it('takes the longest phrase whatever the order of the file', () => {
    const rules = [
      { id: 'short', operations: ['x'], phrase: 'đã nhận', outcome: 'retry' as const },
      { id: 'long', operations: ['x'], phrase: 'chưa đã nhận', outcome: 'refused' as const },
    ];
    for (const order of [rules, [...rules].reverse()]) {
      const made = replyTable({ partner: 'dvclt', version: 1, vetoWords: ['không'], rules: order });
      expect(classifyText(made, 'x', ['Chưa đã nhận'])).toMatchObject({ ruleId: 'long' });
    }
  });

  it('applies a rule only to its operations', () => {
    expect(classifyText(table, 'other', ['thành công'], '200')).toEqual({ outcome: 'unknown', reason: 'unmatched' });
  });

  it('a veto word beside a success phrase never passes as success', () => {
    const successes = table.rules.filter((rule) => rule.outcome !== 'refused' && rule.outcome !== 'retry');
    const filler = fc
      .array(fc.constantFrom('hồ sơ', 'đơn vị', ',', '.', '2026', 'xin', ':'), { maxLength: 4 })
      .map((words) => words.join(' '));
    const letterCase = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => text.normalize('NFD'),
    );
    const parts = fc.record({
      rule: fc.constantFrom(...successes),
      veto: fc.constantFrom(...table.vetoWords),
      before: filler,
      after: filler,
      isFirst: fc.boolean(),
      change: letterCase,
    });
    fc.assert(
      fc.property(parts, ({ rule, veto, before, after, isFirst, change }) => {
        const words = isFirst ? [before, veto, after, rule.phrase] : [rule.phrase, before, veto, after];
        const verdict = classifyText(table, rule.operations[0] ?? '', [change(words.join(' '))], '200');
        expect(['accepted', 'already-applied']).not.toContain(verdict.outcome);
      }),
      { numRuns: 500 },
    );
  });

  it('is total: any text gives a verdict', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' })),
        fc.string(),
        (fields, code) => typeof classifyText(table, 'push-status', fields, code).outcome === 'string',
      ),
    );
  });

  it('knows a word of failure', () => {
    expect(hasVetoWord(table, 'Có LỖI xảy ra')).toBe(true);
    expect(hasVetoWord(table, 'Tiếp nhận hồ sơ')).toBe(false);
  });
});
