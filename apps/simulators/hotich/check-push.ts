import { readSlashDate, readSlashDateTime } from '../server/date-formats';
import { fieldsOf, isBase64, isBlank, isDossierCode, type Fields } from '../server/fields';
import { isInCatalogue } from './catalogues';
import { checkContent, complaintOf, type Complaint } from './check-content';
import { RULES_BY_MODULE } from './field-rules';

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
  if (content === null) complaints.push(complaintOf.format('data'));
  else if (rules === undefined) complaints.push(complaintOf.unknown('module'));
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
  if (typeof maDonVi !== 'string' || !/^\d{5}$/.test(maDonVi)) complaints.push(complaintOf.format('maDonVi'));
  else if (!isInCatalogue('commune', maDonVi, drift)) complaints.push(complaintOf.unknown('maDonVi', '106'));
  if (!isDossierCode(maHoSoLT)) complaints.push(complaintOf.format('maHoSoLT'));
  if (!isDossierCode(maHoSoMCDT)) complaints.push(complaintOf.format('maHoSoMCDT'));
  const received = String(ngayTiepNhan);
  if (readSlashDateTime(received) === null && readSlashDate(received) === null) {
    complaints.push(complaintOf.format('ngayTiepNhan'));
  }
  return complaints;
}

function checkUnit(body: Fields, content: Fields): Complaint[] {
  const isSame = isBlank(content['noiDangKy']) || content['noiDangKy'] === body['maDonVi'];
  return isSame ? [] : [{ errorCode: '106', text: 'unitMismatch', field: 'maDonVi' }];
}

function checkFiles(files: unknown): Complaint[] {
  if (!Array.isArray(files)) return [complaintOf.format('fileDinhKem')];
  return files.flatMap((file, index) => checkFile(fieldsOf(file), `fileDinhKem[${index}]`));
}

function checkFile(file: Fields, field: string): Complaint[] {
  if (Number(file['huyGiayTo'] ?? 0) !== 0) return [{ errorCode: '500', text: 'withdrawnFile', field }];
  const { id, loaiGiayTo, tenGiayTo, tenTepDinhKem, duLieuTepDinhKem } = file;
  if (!Number.isInteger(id) || !Number.isInteger(loaiGiayTo)) return [complaintOf.format(field)];
  if (isBlank(tenGiayTo)) return [complaintOf.empty(`${field}.tenGiayTo`)];
  if (isBlank(tenTepDinhKem)) return [complaintOf.empty(`${field}.tenTepDinhKem`)];
  return isBase64(duLieuTepDinhKem) ? [] : [complaintOf.format(`${field}.duLieuTepDinhKem`)];
}
