import type { PartnerId } from '#dossier';

/** What is different (DESIGN §9). `late`: our message to the partner waits too long. */
export const DISCREPANCY_CLASSES = [
  'missing-there',
  'missing-here',
  'status-differs',
  'result-missing',
  'duplicate',
  'late',
  'unreadable',
] as const;
export type DiscrepancyClass = (typeof DISCREPANCY_CLASSES)[number];

/** Who has to do something: a partner, or the people of the gateway. */
export type Responsible = PartnerId | 'gateway';

export const DISCREPANCY_STATES = ['open', 'closed'] as const;
export type DiscrepancyState = (typeof DISCREPANCY_STATES)[number];

/** A difference that a reconciliation found, from the run that saw it first to the one that saw it no more. */
export interface Discrepancy {
  id: string;
  partner: PartnerId;
  class: DiscrepancyClass;
  /** Null when only the partner has the dossier. */
  dossierId: string | null;
  /** Codes of the dossier: ours, or those that the partner gave. */
  codes: readonly string[];
  /** Commune; null when only the partner has the dossier. */
  unit: string | null;
  procedure: string | null;
  /** Status number that we expect at the partner. */
  ours: number | null;
  /** Status number that it gave. */
  theirs: number | null;
  /** Kebab-case, e.g. `partner-lost-it`, `not-told-back`. */
  cause: string;
  responsible: Responsible;
  state: DiscrepancyState;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** Runs that saw it. */
  seen: number;
  /** Run that saw it last. */
  reconciliationId: string;
  closedAt: Date | null;
}
