import { readSlashDate, readSlashDateTime } from '../server/date-formats';
import { fieldsOf, isBlank, isPdfBase64, type Fields } from '../server/fields';

/** What only others decide: with hộ tịch, hộ tịch asked, refused, completed (CONTRACTS §1.2). */
const FOREIGN_STATES = [3, 4, 5, 9];
const RESULT_FIELDS = ['maGiayToKetQua', 'tenTep', 'duLieuTep', 'soDangKy', 'quyenSo', 'ngayDangKy'];

/** Fields of `capNhatTrangThai`; the message of the first wrong one, or null. */
export function checkUpdate(body: Fields, module: 'KS' | 'KT'): string | null {
  if (!FOREIGN_STATES.includes(body['trangThai'] as number)) return 'trangThai sai giá trị';
  if (!['BTP', 'DVCLT', 'DVCQG'].includes(String(body['nguon']))) return 'nguon sai giá trị';
  if (readSlashDateTime(String(body['thoiGianThucHien'])) === null)
    return 'thoiGianThucHien sai định dạng dd/MM/yyyy HH:mm:ss';
  const deadline = body['hanBoSungHoSo'];
  if (!isBlank(deadline) && !isDateOrTime(String(deadline))) return 'hanBoSungHoSo sai định dạng';
  return body['trangThai'] === 9 ? checkResult(fieldsOf(body['ketQua']), module) : null;
}

function checkResult(result: Fields, module: 'KS' | 'KT'): string | null {
  const required = module === 'KS' ? [...RESULT_FIELDS, 'soDinhDanh'] : RESULT_FIELDS;
  const missing = required.find((field) => isBlank(result[field]));
  if (missing !== undefined) return `ketQua.${missing} không được để trống`;
  if (readSlashDate(String(result['ngayDangKy'])) === null) return 'ketQua.ngayDangKy sai định dạng dd/MM/yyyy';
  return isPdfBase64(result['duLieuTep']) ? null : 'ketQua.duLieuTep phải là tệp PDF mã hóa base64';
}

function isDateOrTime(text: string): boolean {
  return readSlashDateTime(text) !== null || readSlashDate(text) !== null;
}
