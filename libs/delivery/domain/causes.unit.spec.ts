import { join } from 'node:path';
import { loadCauses } from '../adapters/load-causes';
import { causeOf, type DeadLetterKind } from './causes';

const causes = loadCauses(join(__dirname, '../../../config'));
const kind = (more: Partial<DeadLetterKind> = {}): DeadLetterKind => ({
  partner: 'hotich',
  operation: 'submit-registration',
  reasonCode: 'hotich.validation.too-long',
  field: 'nksHoTen',
  problem: 'too-long',
  ...more,
});

describe('the causes that ship', () => {
  it('say in Vietnamese which field, whose rule, who acts and how', () => {
    expect(causeOf(kind(), causes)).toEqual({
      id: 'field-too-long',
      label: 'Nội dung quá dài',
      explanation: 'Trường nksHoTen dài hơn giới hạn mà Hộ tịch cho phép.',
      responsible: 'one-stop',
      fix: 'Rút gọn nội dung trường nksHoTen (sửa và gửi lại), hoặc yêu cầu người dân bổ sung.',
    });
  });

  it.each([
    ['hotich', 'hotich.validation.wrong-format-2', 'ngayCapGCS', 'wrong-format', 'field-wrong-format', 'one-stop'],
    [
      'hotich',
      'hotich.validation.not-in-catalogue',
      'meDanToc',
      'not-in-catalogue',
      'value-not-in-catalogue',
      'province',
    ],
    ['dvcqg', 'dvcqg.required-missing', 'DinhDanhCHS', 'missing', 'field-missing', 'one-stop'],
    ['dvcqg', 'dvcqg.validation.empty-field', null, null, 'empty-field', 'one-stop'],
    ['dvclt', 'dvclt.forbidden-transition', null, null, 'order-refused', 'dvclt'],
    ['dvcqg', 'dvcqg.discrepancy.unknown', null, null, 'dossier-unknown-there', 'dvcqg'],
    ['dvclt', 'wire.econnrefused', null, null, 'no-answer', 'dvclt'],
    ['onestop', 'http.5xx', null, null, 'server-error', 'onestop'],
    ['onestop', 'auth.refused', null, null, 'log-in-refused', 'province'],
  ] as const)('%s %s (%s %s) is %s, %s acts', (...[partner, reasonCode, field, problem, id, responsible]) => {
    expect(causeOf(kind({ partner, reasonCode, field, problem }), causes)).toMatchObject({ id, responsible });
  });

  it('leave what nobody described to a group of its own', () => {
    expect(causeOf(kind({ reasonCode: 'onestop.code-missing', field: null, problem: null }), causes)).toBeUndefined();
    // A star stands for a part, a dot for itself.
    expect(causeOf(kind({ reasonCode: 'wireXtimeout', field: null, problem: null }), causes)).toBeUndefined();
  });
});
