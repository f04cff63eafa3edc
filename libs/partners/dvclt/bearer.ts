import type { JsonObject } from '../http/answer-json';
import { textOf } from '../wire/fields';

/** The header of every call after the log-in (dvclt.md §1.1). */
export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** A 401 that hides in the body of another HTTP status (Q01, Q03), as the problem shape of DVCLT's framework writes it. Every DVCLT write is
 *  harmless to repeat, so that renewing and repeating once is safe here. */
export function isDeadDvcltToken(json: JsonObject): boolean {
  return textOf(json['status']) === '401';
}
