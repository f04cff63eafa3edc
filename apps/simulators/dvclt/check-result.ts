import { fieldsOf, isBlank, isPdfBase64, type Fields } from '../server/fields';
import { readSlashDate } from '../server/date-formats';

/** A refused field and the sentence for it. */
export interface FieldComplaint {
  readonly field: string;
  /** Null: the text `empty` of the configuration (Q23). */
  readonly text: string | null;
}

/** `strict`: all leaves of dvclt.md §5.1 must be there and full; `contract`: CONTRACTS §1.2; `lenient`: empty ones pass too. */
export type EmptyRule = 'strict' | 'contract' | 'lenient';

/** Whole numbers on the wire (dvclt.md §5.1; `LoaiCuTru` also by codes-and-statuses.md §6). */
const INTEGERS = ['nksGioiTinh', 'meLoaiCuTru', 'chaLoaiCuTru', 'nktLoaiCuTru'];
const REQUIRED = ['soDangKy', 'quyenSo', 'ngayDangKy', 'maGiayToKetQua'] as const;
const PAPER = {
  KS: { pdf: 'giayKhaiSinh', code: 'KQ.G15.000031', also: ['soDinhDanh'] },
  KT: { pdf: 'giayKhaiTu', code: 'KQ.G15.000034', also: [] },
} as const;

const person = (prefix: string) =>
  ['HoTen', 'NgaySinh', 'DanToc', 'QuocTich', 'LoaiCuTru', 'NoiCuTru', 'SoGiayTo'].map((leaf) => `${prefix}${leaf}`);
const requester = ['nycHoTen', 'nycQuanHe', 'nycSoGiayTo', 'trangSo'];
/** The leaves of dvclt.md §5.1 beyond those that are always required. */
const STRICT = {
  KS: [
    ...['nksHoTen', 'nksGioiTinh', 'nksNgaySinh', 'nksNgaySinhBangChu', 'nksDanToc', 'nksQueQuan', 'nksQuocTich'],
    ...['nksNoiSinhMaTinh', 'nksNoiSinh', 'ndkksMaTinh', 'ndkksMaXa', ...person('me'), ...person('cha'), ...requester],
  ],
  KT: ['nktHoTen', 'nktGioiTinh', 'nktNgaySinh', 'nktNgayChet', 'giayBaoTuLoai', 'giayBaoTuSo', 'trangSo'],
} as const;

/**
 * `ketQuaXuLy` of a status 4 (dvclt.md §5.1, CONTRACTS §1.2 "DVCLT status"): JSON as a string, the required fields, no field
 * present and empty, no nested object. Null where it is right.
 */
export function checkResult(
  result: unknown,
  module: 'KS' | 'KT',
  emptyRule: EmptyRule = 'contract',
): FieldComplaint | null {
  if (isBlank(result)) return { field: 'ketQuaXuLy', text: null };
  if (typeof result !== 'string') return { field: 'ketQuaXuLy', text: 'ketQuaXuLy phải là chuỗi' };
  const fields = parsed(result);
  if (fields === null) return { field: 'ketQuaXuLy', text: 'ketQuaXuLy sai định dạng JSON' };
  return checkPresence(fields, module, emptyRule) ?? checkContent(fields, module);
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? fieldsOf(value) : null;
  } catch {
    return null;
  }
}

function checkPresence(fields: Fields, module: 'KS' | 'KT', emptyRule: EmptyRule): FieldComplaint | null {
  const { pdf, also } = PAPER[module];
  const required = [...REQUIRED, ...also, pdf, ...(emptyRule === 'strict' ? STRICT[module] : [])];
  const missing = required.find((field) => isBlank(fields[field]));
  const empty =
    missing ?? (emptyRule === 'lenient' ? undefined : Object.keys(fields).find((field) => isBlank(fields[field])));
  return empty === undefined ? null : { field: empty, text: null };
}

function checkContent(fields: Fields, module: 'KS' | 'KT'): FieldComplaint | null {
  const nested = Object.keys(fields).find((field) => typeof fields[field] === 'object');
  if (nested !== undefined) return { field: nested, text: `${nested} phải là chuỗi` };
  const text = INTEGERS.find((field) => fields[field] !== undefined && !Number.isInteger(fields[field]));
  if (text !== undefined) return { field: text, text: `${text} phải là số` };
  return checkPaper(fields, module);
}

function checkPaper(fields: Fields, module: 'KS' | 'KT'): FieldComplaint | null {
  const { pdf, code } = PAPER[module];
  if (!isPdfBase64(fields[pdf])) return { field: pdf, text: `${pdf} phải là tệp PDF mã hóa base64` };
  if (fields['maGiayToKetQua'] !== code)
    return { field: 'maGiayToKetQua', text: 'maGiayToKetQua không đúng loại giấy tờ' };
  if (readSlashDate(String(fields['ngayDangKy'])) === null) {
    return { field: 'ngayDangKy', text: 'ngayDangKy sai định dạng dd/MM/yyyy' };
  }
  const isNumberRight = module === 'KT' || /^\d{12}$/.test(String(fields['soDinhDanh']));
  return isNumberRight ? null : { field: 'soDinhDanh', text: 'soDinhDanh phải gồm 12 chữ số' };
}
