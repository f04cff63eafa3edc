import { isBlank, isDossierCode, type Fields } from '../server/fields';
import { readSlashDateTime } from '../server/date-formats';
import { checkResult, type EmptyRule, type FieldComplaint } from './check-result';

/** What the dossier itself says about a push for it. */
export interface StatusTarget {
  readonly procedureCode: string;
  readonly module: 'KS' | 'KT';
  /** One-stop code of an earlier push; null before the first. */
  readonly oneStopCode: string | null;
  readonly emptyRule: EmptyRule;
}

const DATE_FIELDS = [
  'thoiGianThucHien',
  'ngayBatDau',
  'ngayKetThucTheoQuyDinh',
  'ngayHenTraTruoc',
  'ngayHenTraMoi',
  'hanBoSungHoSo',
];
const TEXT_FIELDS = ['ghiChu', 'nguoiXuLy', 'chucDanh', 'phongBanXuLy', 'noiDungXuLy'];
const OFFICER_FIELDS = ['nguoiXuLy', 'chucDanh', 'phongBanXuLy'];

/** The fields of dvclt.md §5, checked before the order; null where all are right. */
export function checkStatusBody(body: Fields, target: StatusTarget): FieldComplaint | null {
  return checkCodes(body, target) ?? checkDates(body) ?? checkTexts(body) ?? checkResultField(body, target);
}

function checkCodes(body: Fields, target: StatusTarget): FieldComplaint | null {
  const status = body['trangThai'];
  if (!Number.isInteger(status) || Number(status) < 1 || Number(status) > 7)
    return complaint('trangThai', 'trangThai phải là số từ 1 đến 7');
  if (body['coQuanXuLy'] !== 5) return complaint('coQuanXuLy', 'coQuanXuLy sai giá trị');
  if (body['maTTHC'] !== target.procedureCode) return complaint('maTTHC', 'maTTHC không khớp với hồ sơ');
  if (!isDossierCode(body['maHoSo'])) return complaint('maHoSo', 'maHoSo sai định dạng');
  const isSame = target.oneStopCode === null || target.oneStopCode === body['maHoSo'];
  return isSame ? null : complaint('maHoSo', 'maHoSo không khớp với hồ sơ');
}

function checkDates(body: Fields): FieldComplaint | null {
  if (isBlank(body['thoiGianThucHien'])) return complaint('thoiGianThucHien', null);
  const wrong = DATE_FIELDS.find((field) => !isBlank(body[field]) && readSlashDateTime(String(body[field])) === null);
  return wrong === undefined ? null : complaint(wrong, `${wrong} sai định dạng dd/MM/yyyy HH:mm:ss`);
}

function checkTexts(body: Fields): FieldComplaint | null {
  const wrong = TEXT_FIELDS.find((field) => !isBlank(body[field]) && typeof body[field] !== 'string');
  if (wrong !== undefined) return complaint(wrong, `${wrong} phải là chuỗi`);
  if (body['trangThai'] === 1 || body['trangThai'] === 7) return null;
  const empty = OFFICER_FIELDS.find((field) => isBlank(body[field]));
  return empty === undefined ? null : complaint(empty, null);
}

function checkResultField(body: Fields, { module, emptyRule }: StatusTarget): FieldComplaint | null {
  const result = body['ketQuaXuLy'];
  if (body['trangThai'] === 4) return checkResult(result, module, emptyRule);
  return isBlank(result) ? null : complaint('ketQuaXuLy', 'ketQuaXuLy chỉ gửi cùng trạng thái 4');
}

function complaint(field: string, text: string | null): FieldComplaint {
  return { field, text };
}
