import type { OfficerNote, RegistrationResult } from '#dossier';

/** An invented result of a birth as hộ tịch reports it: addresses as objects, some members empty, a zero, members of no use to DVCLT. */
export const BIRTH_RESULT: RegistrationResult = {
  identityNumber: '999226000004',
  registrationNumber: '01',
  bookNumber: '01/2026',
  pageNumber: '7',
  registeredOnText: '02/03/2026',
  fields: {
    nksHoTen: 'TRẦN MẪU CON',
    nksGioiTinh: '2',
    nksNoiSinh: { maTinh: '99', maXa: '99001', dcChiTiet: 'Bệnh viện Mẫu' },
    nksQueQuan: { maTinh: '99', dcChiTiet: '' },
    meLoaiCuTru: 0,
    chaHoTen: '',
    chaNgaySinh: null,
    nycQuanHe: 'Mẹ',
    nktHoTen: 'không thuộc khai sinh',
    ghiChu: 'không thuộc kết quả',
  },
  fileRef: 'result-file',
  fileName: 'ket-qua.pdf',
  fileSizeBytes: 11,
};

/** An invented result of a death: no personal number, no page. */
export const DEATH_RESULT: RegistrationResult = {
  registrationNumber: '02',
  bookNumber: '01/2026',
  registeredOnText: '02/03/2026',
  fields: {
    nktHoTen: 'PHẠM MẪU CỤ',
    giayBaoTuSo: '007',
    giayBaoTuLoai: 1,
    nksHoTen: 'không thuộc khai tử',
    maGiayToKetQua: 'KQ.G15.999999',
  },
  fileRef: 'result-file',
  fileName: 'trich-luc.pdf',
  fileSizeBytes: 11,
};

export const OFFICER: OfficerNote = {
  name: 'CÁN BỘ MẪU',
  title: 'Công chức',
  department: 'Bộ phận một cửa',
  note: 'Đủ điều kiện',
};
