import { fixedClock } from '#testing';
import { depsOf } from '../testing/deps-of';
import { judgeSubmit, type PushKind } from './submit-reply';

const { replies } = depsOf('hotich', fixedClock());
const FIRST: PushKind = { isRepush: false, wasUnknown: false };
const REPUSH: PushKind = { isRepush: true, wasUnknown: false };

function judge(json: Record<string, unknown>, push = FIRST, httpStatus = 200) {
  const { outcome, reasonCode, fields } = judgeSubmit(replies, push, { httpStatus, json, answer: Buffer.from('{}') });
  const complaints = fields?.map(({ field, problem }) => `${field} ${problem}`).join(', ');
  return complaints === undefined ? [outcome, reasonCode] : [outcome, reasonCode, complaints];
}
const failed = (errorDescription: string, errorCode = '') => ({
  status: '0',
  statusDescription: '',
  errorCode,
  errorDescription,
});

describe('answer to a push', () => {
  it.each([
    ['text "1"', { status: '1', statusDescription: 'Tiếp nhận hồ sơ thành công' }, ['accepted', 'hotich.received']],
    ['number 1', { status: 1, statusDescription: '' }, ['accepted', 'hotich.received']],
    ['a null description', { status: '1', statusDescription: null, lạ: {} }, ['accepted', 'hotich.received']],
    ['a word of failure', { status: '1', statusDescription: 'Tiếp nhận không thành công' }, ['unknown', 'text.vetoed']],
  ])('status 1 with %s [Q01 Q02]', (_case, json, expected) => {
    expect(judge(json)).toEqual(expected);
  });

  it('does not believe a yes under an HTTP failure [Q01]', () => {
    expect(judge({ status: '1', statusDescription: '' }, FIRST, 400)).toEqual(['unknown', 'text.contradictory']);
  });

  it.each([
    ['Hồ sơ đã được tiếp nhận'],
    ['HỒ SƠ  ĐÃ ĐƯỢC\u00a0TIẾP NHẬN'],
    ['Hồ sơ đã được tiếp nhận'.normalize('NFD')],
  ])('a repeat of a first push is already applied: %s [Q12]', (text) => {
    expect(judge(failed(text))).toEqual(['already-applied', 'hotich.already-received']);
  });

  it('"đã được tiếp nhận" to a re-push is a discrepancy, but its own effect after an unknown attempt [Q12 Q13]', () => {
    const json = failed('Hồ sơ đã được tiếp nhận');
    expect(judge(json, REPUSH)).toEqual(['refused', 'hotich.discrepancy.repush-already-received']);
    expect(judge(json, { isRepush: true, wasUnknown: true })).toEqual(['already-applied', 'hotich.already-received']);
  });

  it.each([
    ['Hồ sơ chưa đã được tiếp nhận', 'text.vetoed'],
    ['Hồ sơ đã được tiếp nhậnx', 'text.unmatched'],
    ['Một thông báo lạ', 'text.unmatched'],
    ['', 'text.unmatched'],
  ])('leaves "%s" to a person [Q44]', (text, reasonCode) => {
    expect(judge(failed(text))).toEqual(['unknown', reasonCode]);
  });

  it.each([
    ['meSoDDCN có độ dài vượt quá 12 ký tự', 'hotich.validation.too-long', 'meSoDDCN too-long'],
    ['maDonVi không tồn tại. Vui lòng kiểm tra lại', 'hotich.validation.not-in-catalogue', 'maDonVi not-in-catalogue'],
    ['ngayCapGCS định dạng không đúng', 'hotich.validation.wrong-format', 'ngayCapGCS wrong-format'],
    ['fileDinhKem[0] không được để trống', 'hotich.validation.empty-field', 'fileDinhKem empty'],
  ])('is refused by a validation text: %s [Q24 Q37]', (text, reasonCode, fields) => {
    expect(judge(failed(text, '500'))).toEqual(['refused', reasonCode, fields]);
  });

  it('reads the iGate form by its errors, split, and never its echo [Q24 Q36]', () => {
    const json = {
      title: 'Có lỗi xảy ra.',
      status: 500,
      inputSend: { errorDescription: 'Hồ sơ đã được tiếp nhận', statusDescription: 'Hồ sơ đã được tiếp nhận' },
      errors: 'meHoTen định dạng không đúngnksHoTen định dạng không đúngn',
    };
    expect(judge(json)).toEqual(['refused', 'hotich.validation', 'meHoTen wrong-format, nksHoTen wrong-format']);
    expect(judge({ ...json, errors: ['meHoTen không được để trống', 'nksHoTen không tồn tại'] })).toEqual([
      'refused',
      'hotich.validation.empty-field',
      'meHoTen empty, nksHoTen not-in-catalogue',
    ]);
    expect(judge({ ...json, errors: 'Một thông báo lạ' })).toEqual(['unknown', 'text.unmatched']);
  });

  it('waits when our address is not allowed [Q31]', () => {
    expect(judge(failed('IP_DISALLOWED', '101'))).toEqual(['retry', 'hotich.address-disallowed']);
  });

  it('does not know an answer of another shape', () => {
    expect(judge({ message: 'Hồ sơ đã được tiếp nhận' })).toEqual(['unknown', 'answer.unexpected-shape']);
  });
});
