import { fieldsOf, isBlank, isDossierCode, type Fields } from '../server/fields';
import { readCompactDateTime } from '../server/date-formats';
import { isKnownProcedure } from './catalogues';

const REQUIRED = [
  'MaHoSo',
  'MaTTHC',
  'TenTTHC',
  'ChuHoSo',
  'LoaiDoiTuong',
  'TrichYeuHoSo',
  'NgayTiepNhan',
  'NgayHenTra',
  'TrangThaiHoSo',
  'DonViXuLy',
];
const DATES = ['NgayTiepNhan', 'NgayHenTra', 'NgayTra', 'NgayKetThucXuLy', 'NgayTuChoi', 'NgayNopHoSo'];
const MAX_SUMMARY_LENGTH = 1000;
/** What known clients write for what they do not have (dvcqg.md §2): never right from us. */
const PLACEHOLDERS = ['Dinhkem', '000000001'];

/**
 * Field rules of one item of `DongBoHoSoMC`; the message of the first wrong field, or null.
 * @param drift a procedure code that the portal no longer knows (Q37), or null
 */
export function checkDossier(item: Fields, drift: string | null): string | null {
  const missing = REQUIRED.find((field) => isBlank(item[field]));
  if (missing !== undefined) return `${missing} không được để trống`;
  if (!isDossierCode(item['MaHoSo'])) return 'MaHoSo sai định dạng';
  return checkValues(item, drift) ?? checkOwner(item) ?? checkFiles(item);
}

function checkValues(item: Fields, drift: string | null): string | null {
  const wrongDate = DATES.find((field) => !isBlank(item[field]) && readCompactDateTime(String(item[field])) === null);
  if (wrongDate !== undefined) return `${wrongDate} sai định dạng yyyyMMddHHmmss`;
  if (!isKnownProcedure(item['MaTTHC'], drift)) return 'MaTTHC sai giá trị';
  if (!isState(item['TrangThaiHoSo'])) return 'TrangThaiHoSo sai giá trị';
  if (!/^[1-4]$/.test(String(item['LoaiDoiTuong']))) return 'LoaiDoiTuong sai giá trị';
  if (!isBlank(item['HinhThuc']) && !/^[01]$/.test(String(item['HinhThuc']))) return 'HinhThuc sai giá trị';
  if (String(item['TrichYeuHoSo']).length > MAX_SUMMARY_LENGTH)
    return `TrichYeuHoSo vượt quá ${MAX_SUMMARY_LENGTH} ký tự`;
  const padded = Object.keys(item).find((field) => PLACEHOLDERS.includes(String(item[field])));
  return padded === undefined ? null : `${padded} là giá trị giữ chỗ`;
}

/** Older clients give `SoGiayToChuHoSo` in place of the list. */
function checkOwner(item: Fields): string | null {
  const owners = rowsOf(item['DinhDanhCHS']);
  if (owners.length === 0 && isBlank(item['SoGiayToChuHoSo'])) return 'DinhDanhCHS không được để trống';
  for (const owner of owners) {
    const [kind, number] = [String(owner['LoaiDinhDanh']), String(owner['SoDinhDanh'])];
    if (PLACEHOLDERS.includes(number)) return 'SoDinhDanh là giá trị giữ chỗ';
    const isRight = (kind === '1' && /^\d{12}$/.test(number)) || (kind === '2' && /^\d{9}(\d{3})?$/.test(number));
    if (!isRight) return 'DinhDanhCHS sai định dạng';
  }
  return null;
}

function checkFiles(item: Fields): string | null {
  for (const file of rowsOf(item['TaiLieuNop'])) {
    if (isBlank(file['TenTepDinhKem'])) return 'TenTepDinhKem không được để trống';
    if (file['TenTepDinhKem'] === PLACEHOLDERS[0]) return 'TenTepDinhKem là giá trị giữ chỗ';
    if (!isFileUrl(file['DuongDanTaiTepTin'])) return 'DuongDanTaiTepTin sai định dạng';
  }
  for (const paper of rowsOf(item['DanhSachGiayToKetQua'])) {
    if (isBlank(paper['TenGiayTo'])) return 'TenGiayTo không được để trống';
    if (!isFileUrl(paper['DuongDanTepTinKetQua'])) return 'DuongDanTepTinKetQua sai định dạng';
  }
  return null;
}

/** Addresses of the files that the portal has to fetch (Q20), deleted ones left out. */
export function fileUrlsOf(item: Fields): string[] {
  const submitted = rowsOf(item['TaiLieuNop']).filter((file) => !isDeleted(file['IsDeleted']));
  const urls = [...submitted.map((file) => file['DuongDanTaiTepTin'])];
  urls.push(...rowsOf(item['DanhSachGiayToKetQua']).map((paper) => paper['DuongDanTepTinKetQua']));
  return urls.map(String);
}

/** States 1 to 10, as a number or as its text. */
export function isState(value: unknown): boolean {
  return /^([1-9]|10)$/.test(String(value));
}

function isFileUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).protocol.startsWith('http');
}

/** Booleans come as True/False, 0/1 or JSON booleans (Q27). */
function isDeleted(value: unknown): boolean {
  return ['true', '1'].includes(String(value).toLowerCase());
}

function rowsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
