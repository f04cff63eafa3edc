/** Answers that a run does not believe yet: it has heard of none of our dossiers, and writes nothing down until it has. */
export interface Held {
  /** The last dossier before the first of them: where the run asks again once it believes. */
  from: string | null;
  questions: number;
  /** Dossiers that must be there and were said to be absent. */
  missing: number;
  /** The last answers in a row that nobody could read, all for this reason. */
  unreadable: { reasonCode: string; dossiers: number } | null;
}

/** `list`: the next page of the partner's list, with the codes so far that only an unacknowledged list has. `second`: these codes are looked for once more.
 *  `rest`: dossiers asked for by code, after the last one that was. `unasked`: the partner has no such query; its late ones, after the last one looked at.
 *  `outside`: differences of dossiers outside the window, asked for by code, after the last one that was. `close`: open differences that were not seen,
 *  likewise. `end`: everything was looked at. */
export type Phase =
  | { phase: 'list' | 'second'; page: number; codes: readonly string[] }
  | { phase: 'rest'; after: string | null; held?: Held }
  | { phase: 'unasked' | 'outside'; after: string | null }
  | { phase: 'close'; after: string | null }
  | { phase: 'end' };

/** What a run has heard of its partner so far. */
export interface Heard {
  /** `whole`: every row of the list so far could be read. `unsound`: one could not, or the list broke off: what it does not name may be there.
   *  Absent: it was never read. */
  list?: 'whole' | 'unsound';
  /** A dossier of ours was found there: what else is said to be absent is believed. */
  isKnown?: true;
}

/** How far a run has got, and what it has heard. */
export type Reached = Phase & Heard;

/** The run goes on to a phase with what it heard before and just now. A list that was unsound once stays so. */
export function onward(before: Reached | null, phase: Phase, heard: Heard = {}): Reached {
  const list = before?.list === 'unsound' ? 'unsound' : (heard.list ?? before?.list);
  const isKnown = heard.isKnown ?? before?.isKnown;
  return { ...phase, ...(list === undefined ? {} : { list }), ...(isKnown === undefined ? {} : { isKnown }) };
}
