import { readDotDate, readSlashDate } from '../server/date-formats';
import { fieldsOf, isBlank, type Fields } from '../server/fields';
import { isInCatalogue } from './catalogues';
import type { FieldFormat, FieldRule, FieldRules } from './field-rules';
import type { HotichText } from './texts';

/** One message of the validation, with the error code of hotich.md §1 that leads the answer. */
export interface Complaint {
  readonly errorCode: '106' | '108' | '200' | '302' | '500';
  readonly text: HotichText;
  readonly field: string;
  readonly limit?: number;
}

/** The complaints of hotich.md §3.2 about one field. */
export const complaintOf = {
  empty: (field: string): Complaint => ({ errorCode: '200', text: 'empty', field }),
  format: (field: string): Complaint => ({ errorCode: '302', text: 'wrongFormat', field }),
  unknown: (field: string, errorCode: '106' | '500' = '500'): Complaint => ({ errorCode, text: 'unknownValue', field }),
  tooLong: (field: string, limit: number): Complaint => ({ errorCode: '500', text: 'tooLong', field, limit }),
};

/** Checks the leaves of `data`; every wrong field has its own message. @param drift see isInCatalogue */
export function checkContent(content: Fields, rules: FieldRules, drift: string | null): Complaint[] {
  const complaints: Complaint[] = [];
  for (const [field, rule] of Object.entries(rules)) {
    if (rule.isRequired && !(field in content)) complaints.push(complaintOf.empty(field));
  }
  for (const [field, value] of Object.entries(content)) {
    const complaint = checkField(field, value, { rule: rules[field] ?? {}, drift });
    if (complaint !== null) complaints.push(complaint);
  }
  return complaints;
}

interface FieldContext {
  readonly rule: FieldRule;
  readonly drift: string | null;
}

function checkField(field: string, value: unknown, context: FieldContext): Complaint | null {
  const { rule } = context;
  if (rule.isAddress) return checkAddress(field, value, context.drift);
  if (isBlank(value)) return complaintOf.empty(field);
  if (typeof value !== 'string' && typeof value !== 'number') return complaintOf.format(field);
  return checkText(field, String(value), context);
}

function checkText(field: string, text: string, { rule, drift }: FieldContext): Complaint | null {
  if (rule.maxLength !== undefined && text.length > rule.maxLength) {
    return complaintOf.tooLong(field, rule.maxLength);
  }
  if (rule.catalogue !== undefined && !isInCatalogue(rule.catalogue, text, drift)) {
    return complaintOf.unknown(field);
  }
  const isRight = rule.format === undefined || FORMATS[rule.format](text);
  return isRight ? null : complaintOf.format(field);
}

const FORMATS: Readonly<Record<FieldFormat, (text: string) => boolean>> = {
  dotDate: (text) => readDotDate(text) !== null,
  partialDate: (text) => readDotDate(text) !== null || /^((0[1-9]|1[0-2])\.)?\d{4}$/.test(text),
  paperDate: (text) => readDotDate(text) !== null || readSlashDate(text) !== null,
  hourMinute: (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text),
  identityNumber: (text) => /^\d{12}$/.test(text),
  digits: (text) => /^\d+$/.test(text),
};

/** Both schema generations: `quocGia` and no `maHuyen`, or a 3-digit `maHuyen`; empty codes pass (Q45), the text must be there. */
function checkAddress(field: string, value: unknown, drift: string | null): Complaint | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return complaintOf.format(field);
  }
  const { quocGia, maTinh, maHuyen, maXa, dcChiTiet } = fieldsOf(value);
  if (isBlank(dcChiTiet)) return complaintOf.empty(`${field}.dcChiTiet`);
  if (typeof dcChiTiet !== 'string') return complaintOf.format(`${field}.dcChiTiet`);
  if (dcChiTiet.length > 500) return complaintOf.tooLong(`${field}.dcChiTiet`, 500);
  const codes = [
    ['quocGia', quocGia, (text: string) => isInCatalogue('country', text, drift)],
    ['maTinh', maTinh, (text: string) => isInCatalogue('province', text, drift)],
    ['maHuyen', maHuyen, (text: string) => /^\d{3}$/.test(text)],
    ['maXa', maXa, (text: string) => isInCatalogue('commune', text, drift)],
  ] as const;
  const wrong = codes.find(([, code, isKnown]) => !isBlank(code) && !isKnown(String(code)));
  return wrong === undefined ? null : complaintOf.unknown(`${field}.${wrong[0]}`);
}
