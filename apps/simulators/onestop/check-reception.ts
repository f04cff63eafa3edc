import { readSlashDateTime } from '../server/date-formats';
import { fieldsOf, isBase64, isBlank, isDossierCode, type Fields } from '../server/fields';

const COMMUNE = /^(00123|990(0[1-9]|1[0-2]))$/;
/** 01/09/2026 local: the present procedure codes are in force (CONTRACTS §1.2). */
const NEW_CODES_FROM_MS = Date.UTC(2026, 7, 31, 17);

/**
 * Required fields of `tiepNhanHoSo` (CONTRACTS §1.2); the message of the first wrong one, or null.
 * @param drift a commune that the one-stop no longer knows (Q37), or null
 */
export function checkReception(body: Fields, drift: string | null): string | null {
  if (drift !== null && body['maDonVi'] === drift) return 'maDonVi sai giá trị';
  return checkHead(body) ?? checkPeople(body) ?? checkContent(body) ?? checkFiles(body['fileDinhKem']);
}

function checkHead(body: Fields): string | null {
  if (!isDossierCode(body['maHoSoLT'])) return 'maHoSoLT sai định dạng';
  if (body['module'] !== 'KS' && body['module'] !== 'KT') return 'module sai giá trị';
  if (typeof body['maDonVi'] !== 'string' || !COMMUNE.test(body['maDonVi'])) return 'maDonVi sai giá trị';
  const receivedAtMs = readSlashDateTime(String(body['ngayTiepNhan']));
  if (receivedAtMs === null) return 'ngayTiepNhan sai định dạng dd/MM/yyyy HH:mm:ss';
  return body['maTTHC'] === localCode(body['module'], receivedAtMs) ? null : 'maTTHC sai giá trị';
}

function localCode(module: 'KS' | 'KT', receivedAtMs: number): string {
  const isNew = receivedAtMs >= NEW_CODES_FROM_MS;
  if (module === 'KS') return isNew ? '3.000722' : '2.002621';
  return isNew ? '2.002913' : '2.002622';
}

function checkPeople(body: Fields): string | null {
  for (const role of ['chuHoSo', 'nguoiNop']) {
    const person = fieldsOf(body[role]);
    if (isBlank(person['hoTen'])) return `${role}.hoTen không được để trống`;
    const wrong = Object.keys(person).find((field) => isBlank(person[field]) || typeof person[field] !== 'string');
    if (wrong !== undefined) return `${role}.${wrong} không được để trống`;
  }
  return null;
}

function checkContent(body: Fields): string | null {
  const content = fieldsOf(body['duLieu']);
  if (content['noiDangKy'] !== body['maDonVi']) return 'duLieu.noiDangKy không khớp với maDonVi';
  const nested = Object.keys(content).find((leaf) => typeof content[leaf] !== 'string');
  return nested === undefined ? null : `duLieu.${nested} phải là chuỗi`;
}

function checkFiles(files: unknown): string | null {
  if (!Array.isArray(files)) return 'fileDinhKem phải là danh sách';
  for (const file of files.map(fieldsOf)) {
    if (Number(file['huyGiayTo'] ?? 0) !== 0) return 'fileDinhKem có giấy tờ đã hủy';
    if (isBlank(file['tenTepDinhKem'])) return 'tenTepDinhKem không được để trống';
    if (!isBase64(file['duLieuTepDinhKem'])) return 'duLieuTepDinhKem sai định dạng';
  }
  return null;
}
