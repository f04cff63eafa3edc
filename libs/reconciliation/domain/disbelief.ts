import type { Held } from './reached';

/** Everything is said to be absent: so many questions about so many dossiers, whichever comes later, make it certain that the partner is asked wrongly. */
const QUESTIONS = 20;
const DOSSIERS = 50;
/** Fewer may all be lost: they are believed. */
export const FEW = 5;

/** What one question brought. */
export interface Brought {
  /** Dossiers that were found, whatever their status. */
  found: number;
  /** Dossiers that must be there and were said to be absent. */
  missing: number;
  /** Reason codes of the answers that nobody could read, in their order. */
  unreadable: readonly string[];
}

export type Belief =
  | { belief: 'believe' }
  /** Nothing is written down yet. */
  | { belief: 'hold'; held: Held }
  | { belief: 'stop'; reasonCode: 'everything-missing' | 'partner-away'; failureCode: string | null };

const BELIEVE: Belief = { belief: 'believe' };

/** Whether a run that has found nothing yet believes an answer. A partner behind a wrong address, with another commune's data or an empty database, says of
 *  everything that it is absent; one whose answers changed says nothing that anybody reads: to write that down would be as many false alarms.
 *  @param from the last dossier before this question @param unreadableAtMost as many in a row for one reason are no answer */
export function beliefIn(
  brought: Brought,
  { held, from, unreadableAtMost }: { held: Held | undefined; from: string | null; unreadableAtMost: number },
): Belief {
  const { found, missing, unreadable } = brought;
  const isInnocent = held === undefined && missing + unreadable.length === 0;
  if (found > 0 || isInnocent) return BELIEVE;
  const all = heldWith(brought, held ?? { from, questions: 0, missing: 0, unreadable: null });
  const nonsense = all.missing === 0 ? all.unreadable : null;
  if (nonsense !== null && nonsense.dossiers >= unreadableAtMost)
    return { belief: 'stop', reasonCode: 'partner-away', failureCode: nonsense.reasonCode };
  return all.questions >= QUESTIONS && all.missing >= DOSSIERS ? EVERYTHING_MISSING : { belief: 'hold', held: all };
}

function heldWith({ missing, unreadable }: Brought, before: Held): Held {
  return {
    from: before.from,
    questions: before.questions + 1,
    missing: before.missing + missing,
    unreadable: unreadable.reduce(inARow, before.unreadable),
  };
}

/** What becomes of what was held back when there is nobody left to ask for. */
export function beliefInTheEnd({ missing }: Held): Belief {
  return missing < FEW ? BELIEVE : EVERYTHING_MISSING;
}

const EVERYTHING_MISSING: Belief = { belief: 'stop', reasonCode: 'everything-missing', failureCode: null };

function inARow(before: Held['unreadable'], reasonCode: string): Held['unreadable'] {
  return { reasonCode, dossiers: before?.reasonCode === reasonCode ? before.dossiers + 1 : 1 };
}
