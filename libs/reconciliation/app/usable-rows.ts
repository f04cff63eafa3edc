import { isLoggableCode } from '#synclog';
import type { Found, PartnerRow } from '../ports';

/** Codes as intake takes them. */
const MAX_CODE_LENGTH = 64;

/** Whether the row names a dossier by what may be a code: a text of a partner that may be a name or a person's number goes nowhere. */
export function isUsable({ codes: { dvclt, oneStop } }: PartnerRow): boolean {
  const given = [dvclt, oneStop].filter((code) => code !== undefined);
  return given.length > 0 && given.every((code) => code.length <= MAX_CODE_LENGTH && isLoggableCode(code));
}

/** What was said of the dossier at this place; unreadable where nothing was, or where a row of it names it by what is no code. */
export function usableFound(found: readonly Found[], index: number): Found {
  const said = found[index];
  if (said === undefined) return { kind: 'unreadable', reasonCode: 'answer-incomplete' };
  const isWhole = said.kind !== 'rows' || said.rows.every((row) => isUsable(row));
  return isWhole ? said : { kind: 'unreadable', reasonCode: 'code-unusable' };
}
