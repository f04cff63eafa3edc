import fc from 'fast-check';
import { registryRows } from './result-rows';

const CODE = 'H99.101-260302-0001';
const OTHER = 'H99.101-260302-0002';
const PDF = Buffer.from('%PDF-1.7 MẪU').toString('base64');
const RESULT = {
  soDinhDanh: '999326000001',
  soDangKy: 12,
  quyenSo: '01/2026',
  trangSo: '05',
  ngayDangKy: '02/03/2026',
  nksNoiSinh: { maTinh: '99', dcChiTiet: 'Bệnh viện Mẫu' },
  giayKhaiSinh: PDF,
};
const row = (change: Record<string, unknown> = {}) => ({
  maDonVi: 123,
  module: 'LTKS',
  maHoSoMCDT: CODE,
  errors: null,
  trangThai: 4,
  thoiGianThucHien: '02/03/2026 10:15:30',
  ketQuaXuLy: RESULT,
  nguoiXuLy: 'Cán bộ mẫu',
  chucDanh: null,
  noiDungXuLy: '',
  ghiChu: 'Ghi chú mẫu',
  ...change,
});
const rowsOf = (value: unknown, codes = [CODE]) => registryRows('KS', codes, value);

describe('rows of a poll', () => {
  it('reads a completed birth whole', () => {
    expect(rowsOf([row()])).toEqual([
      {
        code: CODE,
        status: 4,
        changedAt: '2026-03-02T10:15:30.000+07:00',
        officer: { name: 'Cán bộ mẫu', note: 'Ghi chú mẫu' },
        result: {
          identityNumber: '999326000001',
          registrationNumber: '12',
          bookNumber: '01/2026',
          pageNumber: '05',
          registeredOnText: '02/03/2026',
          registryCode: '00123/KS/12/01/2026',
          fields: Object.fromEntries(Object.entries(RESULT).filter(([name]) => name !== 'giayKhaiSinh')),
          file: Buffer.from(PDF, 'base64'),
          fileName: `giayKhaiSinh-${CODE}.pdf`,
        },
      },
    ]);
  });

  it('reads a death, which has no personal number, and a book without a year', () => {
    const ketQuaXuLy = { soDangKy: '7', quyenSo: 'Q.02', ngayDangKy: '02/03/2026', giayKhaiTu: PDF };
    const [read] = registryRows('KT', [CODE], [row({ ketQuaXuLy })]);
    expect(read?.result).toMatchObject({ registrationNumber: '7', registryCode: '00123/KT/7/Q.02/2026' });
    expect(read?.result).not.toHaveProperty('identityNumber');
  });

  it('takes status as text, and the result as JSON text [Q02 Q08]', () => {
    const [read] = rowsOf([row({ trangThai: '4', ketQuaXuLy: JSON.stringify(RESULT) })]);
    expect(read).toMatchObject({ status: 4, result: { registrationNumber: '12' } });
  });

  it.each([
    ['no result', null],
    ['a text that is no JSON', 'xong'],
    ['an empty file', { ...RESULT, giayKhaiSinh: '' }],
    ['no file', { ...RESULT, giayKhaiSinh: null }],
    ['a damaged file', { ...RESULT, giayKhaiSinh: `${PDF.slice(0, -3)}` }],
    ['a file that is no PDF', { ...RESULT, giayKhaiSinh: Buffer.from('<html>').toString('base64') }],
    ['the file of the other kind', { ...RESULT, giayKhaiSinh: undefined, giayKhaiTu: PDF }],
    ['no personal number', { ...RESULT, soDinhDanh: null }],
    ['no registration number', { ...RESULT, soDangKy: '' }],
    ['no book', { ...RESULT, quyenSo: undefined }],
    ['no day', { ...RESULT, ngayDangKy: ' ' }],
  ])('has no result yet when completed with %s [Q19]', (_case, ketQuaXuLy) => {
    const [read] = rowsOf([row({ ketQuaXuLy })]);
    expect(read).toMatchObject({ code: CODE, status: 4 });
    expect(read).not.toHaveProperty('result');
  });

  it('matches by code, in any order, and ignores rows of others and rows without a code [Q16]', () => {
    const value = [
      row({ maHoSoMCDT: 'H99.101-260302-0009' }),
      null,
      row({ maHoSoMCDT: null }),
      row({ maHoSoMCDT: OTHER, trangThai: 1 }),
      row({ trangThai: 3 }),
    ];
    expect(rowsOf(value, [CODE, OTHER]).map(({ code, status }) => [code, status])).toEqual([
      [OTHER, 1],
      [CODE, 3],
    ]);
  });

  it('takes a doubled row once, and neither of two that contradict each other [Q16]', () => {
    expect(rowsOf([row({ trangThai: 3 }), row({ trangThai: 3 })])).toHaveLength(1);
    expect(rowsOf([row({ trangThai: 3 }), row({ trangThai: 6 }), row({ trangThai: 3 })])).toEqual([]);
  });

  it.each([[0], [5], [7], [9], ['x'], [null], [undefined], [4.5], [{}]])(
    'reads status %p as absent at hộ tịch [Q16]',
    (trangThai) => {
      expect(rowsOf([row({ trangThai })])[0]?.status).toBeNull();
    },
  );

  it('has the result of state 4 only', () => {
    expect(rowsOf([row({ trangThai: 3 })])[0]).not.toHaveProperty('result');
  });

  it('ends a deadline that is a day at 17:00, and keeps a time that is given [Q09]', () => {
    const deadlineOf = (hanBoSungHoSo: string) => rowsOf([row({ trangThai: 2, hanBoSungHoSo })])[0]?.supplementDeadline;
    expect(deadlineOf('11/03/2026')).toBe('2026-03-11T17:00:00.000+07:00');
    expect(deadlineOf('11/03/2026 10:00:00')).toBe('2026-03-11T10:00:00.000+07:00');
    expect(deadlineOf('sớm')).toBeUndefined();
  });

  it.each([[undefined], [null], ['x'], [{}]])('takes %p for no rows', (value) => {
    expect(rowsOf(value)).toEqual([]);
  });

  it('never throws, whatever stands in an answer', () => {
    const property = fc.property(fc.jsonValue(), fc.jsonValue(), (value, member) => {
      const rows = rowsOf([
        value,
        row({ trangThai: member }),
        row({ ketQuaXuLy: member, thoiGianThucHien: member, hanBoSungHoSo: value }),
      ]);
      expect(rows.every((read) => read.code === CODE)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });
});
