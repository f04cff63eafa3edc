import type { PartnerId } from '#dossier';
import type { Difference, Verdict } from './compare';
import type { DiscrepancyClass, Responsible } from './discrepancy';

/** An open difference, as far as a new verdict needs it. */
export interface OpenDiscrepancy {
  id: string;
  /** Our dossier's id, or the code that only the partner has. */
  subject: string;
  dossierId: string | null;
  class: DiscrepancyClass;
  codes: readonly string[];
  unit: string | null;
  procedure: string | null;
  /** Run that saw it last. */
  reconciliationId: string;
}

/** What a verdict says of a difference. */
export interface Finding {
  class: DiscrepancyClass;
  ours: number | null;
  theirs: number | null;
  cause: string;
  responsible: Responsible;
}

/** Why an open difference is closed. */
export type ClosingReason = 'agrees' | 'became-another' | 'arrived' | 'seen-no-more';

/** What a verdict makes of the difference that is open about its subject. */
export interface Change {
  close?: ClosingReason;
  /** The open one was seen again. */
  again?: Finding;
  open?: Finding;
}

/** An unreadable answer says nothing about what was seen before, and what was not looked at stays as it is. */
export function changeOf(
  verdict: Verdict,
  partner: PartnerId,
  open: Pick<OpenDiscrepancy, 'class'> | undefined,
): Change {
  switch (verdict.verdict) {
    case 'agrees':
      return open === undefined ? {} : { close: 'agrees' };
    case 'not-looked-at':
      return {};
    case 'unreadable': {
      const { ours, reasonCode: cause } = verdict;
      const finding = { class: 'unreadable', ours, theirs: null, cause, responsible: partner } as const;
      if (open === undefined) return { open: finding };
      return open.class === 'unreadable' ? { again: finding } : {};
    }
    case 'differs':
      return changeOfDifference(verdict, open);
  }
}

function changeOfDifference(found: Difference, open: Pick<OpenDiscrepancy, 'class'> | undefined): Change {
  const { class: cls, ours, theirs, cause, responsible } = found;
  const finding = { class: cls, ours, theirs, cause, responsible };
  if (open === undefined) return { open: finding };
  return open.class === cls ? { again: finding } : { close: 'became-another', open: finding };
}
