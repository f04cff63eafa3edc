import { validationIssues } from './validation-messages';

const UNKNOWN = 'không tồn tại. Vui lòng kiểm tra lại thông tin danh mục theo mô tả trong tài liệu kỹ thuật';

describe('glued validation messages', () => {
  it('takes apart messages whose line breaks became a bare "n" [Q24 Q36]', () => {
    const glued = [
      'meSoDDCN có độ dài vượt quá 12 ký tự',
      `nksLoaiGiayToTuyThan ${UNKNOWN}`,
      'nycNgayCapGiayToTuyThan định dạng không đúng',
      'nktHoTen có độ dài vượt quá 150 ký tự',
    ].join('n');
    expect(validationIssues(glued)).toEqual([
      { field: 'meSoDDCN', problem: 'too-long' },
      { field: 'nksLoaiGiayToTuyThan', problem: 'not-in-catalogue' },
      { field: 'nycNgayCapGiayToTuyThan', problem: 'wrong-format' },
      { field: 'nktHoTen', problem: 'too-long' },
    ]);
  });

  it.each([
    ['a bare "n"', 'n'],
    ['"u000a"', 'u000a'],
    ['a real line break', '\n'],
    ['"\\n"', '\\n'],
    ['a full stop and a space', '. '],
  ])('splits at %s and drops the echo of the values [Q24 Q36]', (_name, lineBreak) => {
    const glued = [
      'nycHoTen có độ dài vượt quá 150 ký tự (giá trị: NGUYỄN VĂN MẪU)',
      'nksDanToc không tồn tại',
      'meNgaySinh không đúng định dạng',
      'nksHoTen không được để trống',
      'maDonVi không khớp với noiDangKy',
    ].join(lineBreak);
    const issues = validationIssues(glued);
    expect(issues.map(({ field, problem }) => `${field} ${problem}`)).toEqual([
      'nycHoTen too-long',
      'nksDanToc not-in-catalogue',
      'meNgaySinh wrong-format',
      'nksHoTen empty',
      'maDonVi differs',
    ]);
    expect(JSON.stringify(issues)).not.toContain('NGUY');
  });

  it('names a part of an address', () => {
    expect(validationIssues(`nksNoiSinh.maTinh ${UNKNOWN}`)).toEqual([
      { field: 'nksNoiSinh.maTinh', problem: 'not-in-catalogue' },
    ]);
  });

  it('compares after NFC and case folding, and reports a repeated message once', () => {
    const text = 'meHoTen CÓ ĐỘ DÀI VƯỢT QUÁ 150'.normalize('NFD');
    expect(validationIssues(`${text}; ${text}`)).toEqual([{ field: 'meHoTen', problem: 'too-long' }]);
  });

  it('never gives back a word that is no field of ours [Q24]', () => {
    expect(validationIssues('Nguyen Van Mau không tồn tại')).toEqual([{ field: 'other', problem: 'not-in-catalogue' }]);
  });

  it('finds nothing in another text', () => {
    expect(validationIssues('Hồ sơ đã được tiếp nhận')).toEqual([]);
  });
});
