import type { CatalogueName } from './catalogues';

export type FieldFormat = 'dotDate' | 'partialDate' | 'paperDate' | 'hourMinute' | 'identityNumber' | 'digits';

/** What one leaf of `data` must satisfy, where it is present. */
export interface FieldRule {
  readonly maxLength?: number;
  readonly format?: FieldFormat;
  readonly catalogue?: CatalogueName;
  /** An object `{quocGia, maTinh, maHuyen, maXa, dcChiTiet}` instead of text. */
  readonly isAddress?: boolean;
  readonly isRequired?: boolean;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

const name: FieldRule = { maxLength: 150 };
const requiredName: FieldRule = { ...name, isRequired: true };
const shortText: FieldRule = { maxLength: 100 };
const longText: FieldRule = { maxLength: 500 };
const ethnic: FieldRule = { catalogue: 'ethnic' };
const country: FieldRule = { catalogue: 'country' };
const paper: FieldRule = { catalogue: 'identityPaper' };
const paperNumber: FieldRule = { maxLength: 20 };
const identityNumber: FieldRule = { maxLength: 12, format: 'identityNumber' };
const residence: FieldRule = { catalogue: 'residence' };
const address: FieldRule = { isAddress: true };
const partialDate: FieldRule = { format: 'partialDate' };
const paperDate: FieldRule = { format: 'paperDate' };

/** Addresses are objects only in the fields that CONTRACTS §1.2 names. */
const person = (prefix: string): FieldRules => ({
  [`${prefix}DanToc`]: ethnic,
  [`${prefix}DanTocKhac`]: shortText,
  [`${prefix}QuocTich`]: country,
  [`${prefix}QuocTichKhac`]: shortText,
  [`${prefix}LoaiGiayToTuyThan`]: paper,
  [`${prefix}GiayToKhac`]: shortText,
  [`${prefix}SoGiayToTuyThan`]: paperNumber,
  [`${prefix}SoDDCN`]: identityNumber,
  [`${prefix}NgayCapGiayToTuyThan`]: paperDate,
  [`${prefix}NoiCapGiayToTuyThan`]: longText,
  [`${prefix}LoaiCuTru`]: residence,
  [`${prefix}NoiCuTru`]: address,
});

const head: FieldRules = {
  loaiDangKy: { catalogue: 'registration', isRequired: true },
  noiDangKy: { catalogue: 'commune', isRequired: true },
  soLuongBanSao: { format: 'digits', maxLength: 3 },
};

const requester: FieldRules = {
  ...person('nyc'),
  nycHoTen: requiredName,
  nycQuanHe: { ...shortText, isRequired: true },
  nycSoDienThoai: { maxLength: 15, format: 'digits' },
  nycEmail: shortText,
};

const birth: FieldRules = {
  ...head,
  maGCS: { maxLength: 18 },
  ngayCapGCS: { format: 'dotDate' },
  ...person('nks'),
  // Not among the address objects of CONTRACTS §1.2: a child has no residence of its own.
  nksNoiCuTru: longText,
  nksHoTen: requiredName,
  nksGioiTinh: { catalogue: 'sex', isRequired: true },
  nksNgaySinh: { ...partialDate, isRequired: true },
  nksNgaySinhBangChu: longText,
  nksNoiSinh: { ...address, isRequired: true },
  nksNoiSinhNuocNgoai: longText,
  nksQueQuan: address,
  nksDanToc: { ...ethnic, isRequired: true },
  nksQuocTich: { ...country, isRequired: true },
  ...person('me'),
  meHoTen: name,
  meNgaySinh: partialDate,
  ...person('cha'),
  chaHoTen: name,
  chaNgaySinh: partialDate,
  ...requester,
};

const death: FieldRules = {
  ...head,
  maGBT: { maxLength: 18 },
  ngayCapGBT: { format: 'dotDate' },
  ...person('nkt'),
  nktHoTen: requiredName,
  nktGioiTinh: { catalogue: 'sex', isRequired: true },
  nktNgaySinh: partialDate,
  nktNgayChet: { ...partialDate, isRequired: true },
  nktGioPhutChet: { format: 'hourMinute' },
  nktNoiChet: address,
  nktNguyenNhanChet: longText,
  gbtLoai: { catalogue: 'noticeKind' },
  gbtSo: { maxLength: 50 },
  gbtNgay: paperDate,
  gbtCoQuanCap: longText,
  ...requester,
};

/** Rules of `data` by module; fields without a rule pass. Lengths are ours, their texts are hotich.md §3.2's. */
export const RULES_BY_MODULE: Readonly<Record<string, FieldRules>> = { LTKS: birth, LTKT: death };
