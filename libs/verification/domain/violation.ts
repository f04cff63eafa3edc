import type { ViolationCode } from './catalogue';

/** What can be wrong with the state of an installation (item of the acceptance list: lost, doubled, overtaken, stuck, invented). */
export const VIOLATION_KINDS = ['lost', 'doubled', 'out-of-order', 'stuck', 'unexplained'] as const;
export type ViolationKind = (typeof VIOLATION_KINDS)[number];

/** What one check found. `subject`: id of the row at fault (delivery, event, message, position), where it is not the dossier itself. */
export interface Finding {
  code: ViolationCode;
  subject?: string;
  /** Plain words; ids, codes, statuses and times only (law 8). */
  sentence: string;
}

/** A finding with the dossier it is about. No personal data in any member. */
export interface Violation {
  code: ViolationCode;
  kind: ViolationKind;
  /** Null for what belongs to no dossier we have. */
  dossierId: string | null;
  /** Codes by which people know the dossier; empty where there is none. */
  codes: readonly string[];
  subject: string | null;
  sentence: string;
}

/** The part of a code before its first dot. */
export function kindOf(code: ViolationCode): ViolationKind {
  return code.slice(0, code.indexOf('.')) as ViolationKind;
}
