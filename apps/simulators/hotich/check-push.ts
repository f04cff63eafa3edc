import { readSlashDate, readSlashDateTime } from '../server/date-formats';
import { fieldsOf, isBase64, isBlank, isDossierCode, type Fields } from '../server/fields';
import { isInCatalogue } from './catalogues';
import { checkContent, type Complaint } from './check-content';
import { RULES_BY_MODULE } from './field-rules';
import { complaintText } from './texts';

export interface CheckedPush {
  readonly complaints: readonly Complaint[];
  /** The parsed `data`; empty where it is no JSON object. */
  readonly content: Fields;
}

/** The whole request of hotich.md §3. @param drift a value taken out of its catalogue (Q37), or null */
export function checkPush(body: Fields, drift: string | null): CheckedPush {
  const content = parseContent(body['data']);
  const rules = RULES_BY_MODULE[String(body['module'])];
  const complaints = [...checkHead(body, drift), ...checkFiles(body['fileDinhKem'])];
  if (content === null) complaints.push({ errorCode: '302', text: complaintText.format('data') });
  else if (rules === undefined) complaints.push({ errorCode: '500', text: complaintText.unknown('module') });
  else complaints.push(...checkContent(content, rules, drift), ...checkUnit(body, content));
  return { complaints, content: content ?? {} };
}

function parseContent(text: unknown): Fields | null {
  if (typeof text !== 'string') return null;
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? fieldsOf(content) : null;
  } catch {
    return null;
  }
}

function checkHead(body: Fields, drift: string | null): Complaint[] {
  const complaints: Complaint[] = [];
  const { maDonVi, maHoSoLT, maHoSoMCDT, ngayTiepNhan } = body;
  if (typeof maDonVi !== 'string' || !/^\d{5}$/.test(maDonVi))
    complaints.push({ errorCode: '302', text: complaintText.format('maDonVi') });
  else if (!isInCatalogue('commune', maDonVi, drift))
    complaints.push({ errorCode: '106', text: complaintText.unknown('maDonVi') });
  if (!isDossierCode(maHoSoLT)) complaints.push({ errorCode: '302', text: complaintText.format('maHoSoLT') });
  if (!isDossierCode(maHoSoMCDT)) complaints.push({ errorCode: '302', text: complaintText.format('maHoSoMCDT') });
  const received = String(ngayTiepNhan);
  if (readSlashDateTime(received) === null && readSlashDate(received) === null) {
    complaints.push({ errorCode: '302', text: complaintText.format('ngayTiepNhan') });
  }
  return complaints;
}

function checkUnit(body: Fields, content: Fields): Complaint[] {
  const isSame = isBlank(content['noiDangKy']) || content['noiDangKy'] === body['maDonVi'];
  return isSame ? [] : [{ errorCode: '106', text: 'maDonVi không khớp với noiDangKy' }];
}

function checkFiles(files: unknown): Complaint[] {
  if (!Array.isArray(files)) return [{ errorCode: '302', text: complaintText.format('fileDinhKem') }];
  return files.flatMap((file, index) => checkFile(fieldsOf(file), `fileDinhKem[${index}]`));
}

function checkFile(file: Fields, field: string): Complaint[] {
  if (Number(file['huyGiayTo'] ?? 0) !== 0) return [{ errorCode: '500', text: `${field} là giấy tờ đã hủy` }];
  const { id, loaiGiayTo, tenGiayTo, tenTepDinhKem, duLieuTepDinhKem } = file;
  if (!Number.isInteger(id) || !Number.isInteger(loaiGiayTo))
    return [{ errorCode: '302', text: complaintText.format(field) }];
  if (isBlank(tenGiayTo) || isBlank(tenTepDinhKem))
    return [{ errorCode: '200', text: complaintText.empty(`${field}.tenTepDinhKem`) }];
  return isBase64(duLieuTepDinhKem)
    ? []
    : [{ errorCode: '302', text: complaintText.format(`${field}.duLieuTepDinhKem`) }];
}
