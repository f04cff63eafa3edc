import type { DvcltText } from './texts';

/** Where a dossier stands at DVCLT; `current` 0 = nothing pushed yet. */
export interface StatusProgress {
  readonly current: number;
  /** After a 2: the changed dossier was listed and acknowledged. */
  readonly isSupplemented: boolean;
}

/** A text of dvclt.md §6 by its name; `step` is the status that should have come before. */
export interface StatusText {
  readonly name: DvcltText;
  readonly step?: number;
}

export type StatusVerdict =
  | { readonly kind: 'applied' }
  /** The current status once more: no second effect. `text` proves the state, null where no text of §6 does. */
  | { readonly kind: 'repeated'; readonly text: StatusText | null }
  | { readonly kind: 'refused'; readonly text: StatusText };

const FOLLOWERS: Readonly<Record<number, readonly number[]>> = {
  0: [1],
  1: [3, 2, 6],
  2: [6],
  3: [7],
  4: [5],
  5: [],
  6: [],
  7: [4, 2, 6],
};
const AFTER_SUPPLEMENT: readonly number[] = [3, 6, 2];
const PATH: readonly number[] = [0, 1, 3, 7, 4, 5];
/** The step whose absence blocks what comes after it. */
const NEXT_ON_PATH: Readonly<Record<number, number>> = { 0: 1, 1: 3, 2: 3, 3: 7, 7: 4 };
const PROVING_TEXT: Readonly<Record<number, StatusText>> = {
  1: { name: 'existsInOneStop' },
  4: { name: 'completed' },
  5: { name: 'returned' },
  6: { name: 'rejected' },
};

/**
 * The order rule 1 → 3 → 7 → 4 → 5 with the branches 2 and 6 (dvclt.md §5, CONTRACTS §1.3 "DVCLT order"). Total and pure.
 * @param next a status from 1 to 7
 */
export function judgeStatus({ current, isSupplemented }: StatusProgress, next: number): StatusVerdict {
  const followers = current === 2 && isSupplemented ? AFTER_SUPPLEMENT : (FOLLOWERS[current] ?? []);
  if (followers.includes(next)) return { kind: 'applied' };
  if (next === current) return { kind: 'repeated', text: PROVING_TEXT[current] ?? null };
  return { kind: 'refused', text: refusalText(current, next, isSupplemented) };
}

function refusalText(current: number, next: number, isSupplemented: boolean): StatusText {
  if (current >= 4 && current <= 6) return closedText(current, next);
  if (next === 1) return { name: 'existsInOneStop' };
  if (current === 2) return isSupplemented ? { name: 'notSent', step: 3 } : { name: 'supplementNotSent' };
  const isAhead = isBranch(next) || PATH.indexOf(next) > PATH.indexOf(current);
  return isAhead ? { name: 'notSent', step: NEXT_ON_PATH[current] } : { name: 'invalidLogic' };
}

/** A branch after 4 contradicts the result; everything else is told which state is reached. */
function closedText(current: number, next: number): StatusText {
  if (current === 4 && isBranch(next)) return { name: 'hasResult' };
  return PROVING_TEXT[current] ?? { name: 'invalidLogic' };
}

function isBranch(status: number): boolean {
  return status === 2 || status === 6;
}
