/** Names of the declaration as hộ tịch takes them (hotich.md §3): those of dvclt.md §3.1 and §3.2 in their order, and the
 *  extra ones that hộ tịch knows. A list and not a pass-through: a foreign name is never forwarded unseen (Q26). */

const PERSON_BASE = [
  'HoTen',
  'NgaySinh',
  'DanToc',
  'DanTocKhac',
  'QuocTich',
  'QuocTichKhac',
  'LoaiCuTru',
  'NoiCuTru',
] as const;
const PAPER = [
  'LoaiGiayToTuyThan',
  'GiayToKhac',
  'SoGiayToTuyThan',
  'NgayCapGiayToTuyThan',
  'NoiCapGiayToTuyThan',
] as const;
const FOREIGN_REGISTRATION = ['soDangKyNuocNgoai', 'ngayDangKyNuocNgoai', 'cqNuocNgoaiDaDangKy', 'qgNuocNgoaiDaDangKy'];

function named(prefix: string, names: readonly string[]): string[] {
  return names.map((name) => `${prefix}${name}`);
}

function parent(prefix: 'me' | 'cha'): string[] {
  return named(prefix, [...PERSON_BASE, 'LoaiGiayToTuyThan', 'SoGiayToTuyThan', 'SoDDCN', 'XacThucThongTin']);
}

const REQUESTER = named('nyc', [
  'HoTen',
  'QuanHe',
  ...PAPER,
  'SoDDCN',
  'LoaiCuTru',
  'NoiCuTru',
  'SoDienThoai',
  'Email',
  'XacThucThongTin',
]);

const BIRTH_FIELDS: readonly string[] = [
  ...['maGCS', 'ngayCapGCS', 'loaiDangKy', 'noiDangKy', 'soLuongBanSao'],
  ...named('nks', [
    'HoTen',
    'GioiTinh',
    'NgaySinh',
    'NgaySinhBangChu',
    'NoiSinh',
    'NoiSinhDVHC',
    'NoiSinhNuocNgoai',
    'QueQuan',
  ]),
  ...named('nks', ['DanToc', 'DanTocKhac', 'QuocTich', 'QuocTichKhac', 'LoaiKhaiSinh', ...PAPER]),
  ...parent('me'),
  ...parent('cha'),
  ...REQUESTER,
  ...FOREIGN_REGISTRATION,
];

const DEATH_FIELDS: readonly string[] = [
  ...['maGBT', 'ngayCapGBT', 'loaiDangKy', 'noiDangKy', 'soLuongBanSao'],
  ...named('nkt', [
    'HoTen',
    'GioiTinh',
    'NgaySinh',
    'DanToc',
    'DanTocKhac',
    'QuocTich',
    'QuocTichKhac',
    'LoaiCuTru',
    'NoiCuTru',
  ]),
  ...named('nkt', [...PAPER, 'SoDDCN', 'NgayChet', 'GioPhutChet', 'NoiChet', 'NguyenNhanChet', 'XacThucThongTin']),
  ...['gbtLoai', 'gbtSo', 'gbtNgay', 'gbtCoQuanCap'],
  ...REQUESTER,
  ...FOREIGN_REGISTRATION,
];

/** Fields of a declaration, in the order of the wire. */
export const DECLARATION_FIELDS: Readonly<Record<'KS' | 'KT', readonly string[]>> = {
  KS: BIRTH_FIELDS,
  KT: DEATH_FIELDS,
};

/** Places that are address objects here and text at DVCLT (CONTRACTS §1.2); every other place stays text. */
export const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'nksNoiSinh',
  'nksQueQuan',
  'meNoiCuTru',
  'chaNoiCuTru',
  'nycNoiCuTru',
  'nktNoiCuTru',
  'nktNoiChet',
]);

/** `dd.MM.yyyy` here, `yyyyMMdd` at DVCLT (hotich.md §3). */
export const ISSUE_DATE_FIELDS: ReadonlySet<string> = new Set(['ngayCapGCS', 'ngayCapGBT']);
