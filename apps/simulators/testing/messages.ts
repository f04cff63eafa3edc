import type { SimCase } from '../cases/sim-case';
import type { Fields } from '../server/fields';

/** A PDF in base64, by its first bytes. */
export const PDF_BASE64 = Buffer.from('%PDF-1.7 mau').toString('base64');

const ADDRESS_LEAVES = [
  'nksNoiSinh',
  'nksQueQuan',
  'meNoiCuTru',
  'chaNoiCuTru',
  'nycNoiCuTru',
  'nktNoiCuTru',
  'nktNoiChet',
];

/** `nhanHoSoDKHT` for a generated case, mapped by hand from hotich.md §3. */
export function registryPush(simCase: SimCase, oneStopCode: string, changes: Fields = {}): Fields {
  const content = Object.entries(simCase.content)
    .filter(([, value]) => value !== '')
    .map(mappedLeaf);
  return {
    maDonVi: simCase.unit,
    module: simCase.kind === 'birth' ? 'LTKS' : 'LTKT',
    maHoSoLT: simCase.code,
    maHoSoMCDT: oneStopCode,
    ngayTiepNhan: simCase.receivedAt,
    data: JSON.stringify({ ...Object.fromEntries(content), ...changes }),
    fileDinhKem: filesOf(simCase),
  };
}

function mappedLeaf([name, value]: [string, string]): [string, unknown] {
  if (name === 'ngayCapGCS' || name === 'ngayCapGBT')
    return [name, `${value.slice(6)}.${value.slice(4, 6)}.${value.slice(0, 4)}`];
  return [name, ADDRESS_LEAVES.includes(name) ? { quocGia: 'VN', maTinh: '99', dcChiTiet: value } : value];
}

function filesOf(simCase: SimCase): Fields[] {
  return simCase.attachments
    .filter((file) => file.huyGiayTo === 0)
    .map(({ id, loaiGiayTo, tenGiayTo, tenTepDinhKem }) => ({
      id,
      loaiGiayTo,
      tenGiayTo,
      tenTepDinhKem,
      huyGiayTo: 0,
      duLieuTepDinhKem: PDF_BASE64,
    }));
}

/** `tiepNhanHoSo` for a generated case (CONTRACTS §1.2). */
export function reception(simCase: SimCase, changes: Fields = {}): Fields {
  const isBirth = simCase.kind === 'birth';
  return {
    maHoSoLT: simCase.code,
    maTTHC: isBirth ? '3.000722' : '2.002913',
    module: simCase.module,
    maDonVi: simCase.unit,
    ngayTiepNhan: '02/11/2026 08:00:00',
    chuHoSo: { hoTen: 'Người Mẫu' },
    nguoiNop: { hoTen: 'Người Nộp Mẫu' },
    duLieu: simCase.content,
    fileDinhKem: filesOf(simCase),
    ...changes,
  };
}

/** A status push to DVCLT (dvclt.md §5); a 4 carries its result. */
export function statusPush(simCase: SimCase, oneStopCode: string, trangThai: number): Fields {
  return {
    maTTHC: simCase.procedureCode,
    soHoSoLT: simCase.code,
    coQuanXuLy: 5,
    maHoSo: oneStopCode,
    trangThai,
    thoiGianThucHien: '02/11/2026 10:15:00',
    ngayBatDau: '',
    nguoiXuLy: 'CÁN BỘ MẪU',
    chucDanh: 'Chuyên viên',
    phongBanXuLy: 'Một cửa mẫu',
    noiDungXuLy: '',
    ...(trangThai === 4 ? { ketQuaXuLy: JSON.stringify(resultFields(simCase)) } : {}),
  };
}

export function resultFields(simCase: SimCase): Fields {
  const common = { soDangKy: '1', quyenSo: '01/2026', ngayDangKy: '02/11/2026' };
  return simCase.kind === 'birth'
    ? { ...common, soDinhDanh: '999226000001', giayKhaiSinh: PDF_BASE64, maGiayToKetQua: 'KQ.G15.000031' }
    : { ...common, giayKhaiTu: PDF_BASE64, maGiayToKetQua: 'KQ.G15.000034' };
}

/** One item of `DongBoHoSoMC`. */
export function portalItem(oneStopCode: string, state: number, changes: Fields = {}): Fields {
  return {
    MaHoSo: oneStopCode,
    MaTTHC: '3.000722',
    TenTTHC: 'Liên thông khai sinh',
    ChuHoSo: 'Người Nộp Mẫu',
    LoaiDoiTuong: '1',
    DinhDanhCHS: [{ LoaiDinhDanh: '1', SoDinhDanh: '999085000001' }],
    TrichYeuHoSo: 'Hồ sơ mẫu',
    NgayTiepNhan: '20261102080000',
    NgayHenTra: '20261102170000',
    TrangThaiHoSo: state,
    DonViXuLy: 'Xã Mẫu',
    ...changes,
  };
}

export function progressRow(oneStopCode: string, state: number, changes: Fields = {}): Fields {
  return {
    MaHoSo: oneStopCode,
    NguoiXuLy: 'Cán bộ mẫu',
    ThoiDiemXuLy: '20261102101500',
    NoiDungXuLy: 'Tiếp nhận',
    TrangThai: state,
    ...changes,
  };
}

/** `capNhatTrangThai` from hộ tịch; a 9 carries the result. */
export function foreignUpdate(simCase: SimCase, oneStopCode: string, trangThai: number): Fields {
  const ketQua = { ...resultFields(simCase), tenTep: 'ket-qua.pdf', duLieuTep: PDF_BASE64, trangSo: '01' };
  return {
    maHoSoLT: simCase.code,
    maHoSoMCDT: oneStopCode,
    trangThai,
    thoiGianThucHien: '02/11/2026 10:15:00',
    nguon: 'BTP',
    noiDungXuLy: '',
    hanBoSungHoSo: null,
    ketQua: trangThai === 9 ? ketQua : null,
  };
}
