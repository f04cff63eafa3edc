import { readFileMark } from './file-mark';

/** Reads of foreign JSON without trust in its shape. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; anything else becomes an empty one, so that every field reads as absent. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Absent, null, or text of nothing but space. Zero is not empty. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The texts among the given values: what a fault with `code` may match. */
export function codesAmong(...values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

const PDF_HEAD_BASE64 = 'JVBERi';

/** Base64 of a file that begins with %PDF. */
export function isPdfBase64(value: unknown): boolean {
  if (!isBase64(value)) return false;
  return (readFileMark(value)?.head ?? value).startsWith(PDF_HEAD_BASE64);
}

/** Canonical base64, judged by length and alphabet without decoding; also the mark of a large file that was. */
export function isBase64(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  const marked = readFileMark(value);
  if (marked !== null) return marked.bytes > 0;
  return value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

const LEFT_TO_RIGHT = /^[A-Z]\d{2}(\.\w{1,3}){1,3}-\d{6}-\d{4,}$/;
const RIGHT_TO_LEFT = /^\d{3}(\.\d{2}){2}\.[A-Z]\d{2}-\d{6}-\d{4,}$/;

/** A dossier code in either order of codes-and-statuses.md §1. */
export function isDossierCode(value: unknown): value is string {
  return typeof value === 'string' && (LEFT_TO_RIGHT.test(value) || RIGHT_TO_LEFT.test(value));
}
