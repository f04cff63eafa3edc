import type { JsonObject } from '../../http/answer-json';
import { filledText } from '../../wire/fields';

/** The two forms of dossier codes (codes-and-statuses.md §1); four and more digits at the end. */
const CODE_FORMS: readonly RegExp[] = [
  /^[A-Z]\d{2}(\.\w{1,3}){1,3}-\d{6}-\d{4,}$/,
  /^\d{3}(\.\d{2}){2}\.[A-Z]\d{2}-\d{6}-\d{4,}$/,
];
const MAX_CODE_LENGTH = 64;

/** The dossier code when it can be read, for the report of a failure. */
export function readableCode(outer: JsonObject): string | undefined {
  const code = filledText(outer['maHoSo']);
  return code !== undefined && code.length <= MAX_CODE_LENGTH && CODE_FORMS.some((form) => form.test(code))
    ? code
    : undefined;
}
