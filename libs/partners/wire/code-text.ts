import { isLoggableCode } from '#synclog';
import { filledText } from './fields';

/** Codes of dossiers are shorter (codes-and-statuses.md §1); a longer text is none and would not fit an index. */
const MAX_CODE_LENGTH = 64;
/** What no code holds, and no database takes: control characters and half surrogate pairs. */
const NO_CODE = /[\p{Cc}\p{Cs}]/u;

/** A text that may be a code: trimmed, short, of whole visible characters; undefined for anything else. Its form is not judged here. */
export function codeText(value: unknown, maxLength = MAX_CODE_LENGTH): string | undefined {
  const code = filledText(value);
  return code !== undefined && code.length <= maxLength && !NO_CODE.test(code) ? code : undefined;
}

/** A code that may stand in rows, entries and logs; `strange` for a text that is none, which may be a name or a person's number (law 8), and
 *  undefined where there is none at all. */
export function plainCode(value: unknown): { code: string } | 'strange' | undefined {
  const code = codeText(value);
  if (code !== undefined && isLoggableCode(code)) return { code };
  return filledText(value) === undefined ? undefined : 'strange';
}
