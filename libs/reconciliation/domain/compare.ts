import type { DossierState, PartnerId } from '#dossier';
import type { Found, PartnerRow } from '../ports';
import type { DiscrepancyClass, Responsible } from './discrepancy';
import { expectationOf, isEndedElsewhere, type Expectation } from './expectation';
import { isFurther } from './order';
import type { PartnerReconciliationPolicy } from './reconciliation-policy';

/** What we know of a dossier and of its messages to one partner, all of one moment. */
export interface DossierFacts {
  dossierId: string;
  state: DossierState;
  version: number;
  routedSeq: number;
  updatedAt: Date;
  /** The message to the partner that waits longest; null when none does. */
  waiting: { since: Date; status: string; isHeld: boolean } | null;
  /** When the last message to the partner was settled. */
  settledAt: Date | null;
  /** When the one-stop took it. */
  handedOverAt: Date | null;
  /** When our acknowledgement was taken. */
  acknowledgedAt: Date | null;
}

export interface Difference {
  verdict: 'differs';
  class: DiscrepancyClass;
  /** Status number that we expect there. */
  ours: number | null;
  theirs: number | null;
  /** Kebab-case. */
  cause: string;
  responsible: Responsible;
  /** Codes of the dossier there that we do not know. */
  otherCodes?: readonly string[];
}

export type Verdict =
  | { verdict: 'agrees' }
  | Difference
  | { verdict: 'unreadable'; reasonCode: string; ours: number | null }
  | { verdict: 'not-looked-at'; reasonCode: string };

/** How a partner is judged. */
export interface Judging extends Pick<PartnerReconciliationPolicy, 'graceMs' | 'absentGraceMs' | 'lateAfterMs'> {
  partner: PartnerId;
  /** The one-stop calls us with its decisions. */
  decisionsByPush: boolean;
}

const AGREES: Verdict = { verdict: 'agrees' };

function notLookedAt(reasonCode: string): Verdict {
  return { verdict: 'not-looked-at', reasonCode };
}

/** What holds whatever the partner says: a message that waits too long is late, and what is on its way cannot be compared.
 *  @returns undefined when the partner's answer decides */
export function judgeWaiting(facts: DossierFacts, at: Date, how: Judging): Verdict | undefined {
  const { waiting } = facts;
  if (waiting !== null && at.getTime() - waiting.since.getTime() > how.lateAfterMs) {
    const ours = statusOf(expectation(facts, how));
    return { verdict: 'differs', class: 'late', ours, theirs: null, ...ofWaiting(waiting, how.partner) };
  }
  const isUnrouted = facts.version > facts.routedSeq;
  if (isUnrouted && at.getTime() - facts.updatedAt.getTime() > how.lateAfterMs) {
    const ours = statusOf(expectation(facts, how));
    return { verdict: 'differs', class: 'late', ours, theirs: null, cause: 'not-routed', responsible: 'gateway' };
  }
  return waiting !== null || isUnrouted ? notLookedAt('in-flight') : undefined;
}

/** A dossier that has no code yet by which the partner could be asked. Where the partner was told nothing, nothing can be missing. */
export function judgeWithoutCode(facts: DossierFacts, how: Judging): Verdict {
  return expectation(facts, how).kind === 'not-there-yet' ? AGREES : notLookedAt('no-code');
}

function ofWaiting(
  { status, isHeld }: NonNullable<DossierFacts['waiting']>,
  partner: PartnerId,
): Pick<Difference, 'cause' | 'responsible'> {
  if (status === 'dead') return { cause: 'dead-letter', responsible: 'gateway' };
  if (status === 'unknown') return { cause: 'unknown-outcome', responsible: 'gateway' };
  // Whoever placed the hold can say for how long.
  return isHeld ? { cause: 'held', responsible: 'gateway' } : { cause: 'waits', responsible: partner };
}

/** The decision about one dossier and what the partner said of it. An answer is judged as of when it was asked (CONTRACTS §1.3 *Polls*): what changed
 *  on our side at that moment or after it makes it no difference. Pure and total. */
export function compare(facts: DossierFacts, found: Found, askedAt: Date, how: Judging): Verdict {
  const early = judgeWaiting(facts, askedAt, how) ?? judgeChanged(facts, askedAt);
  if (early !== undefined) return early;
  const expected = expectation(facts, how);
  if (found.kind === 'unreadable')
    return { verdict: 'unreadable', reasonCode: found.reasonCode, ours: statusOf(expected) };
  const verdict =
    found.kind === 'absent' || found.rows.length === 0
      ? judgeAbsent(expected, how.partner)
      : judgeRows(facts.state, expected, found.rows, how);
  const isYoung = verdict.verdict === 'differs' && isJustChanged({ facts, found, verdict }, askedAt, how);
  return isYoung ? notLookedAt('just-changed') : verdict;
}

/** DVCLT lists a dossier of ours as one whose receipt it does not have. */
export function compareUnacknowledged(facts: DossierFacts, askedAt: Date, how: Judging): Verdict {
  const early = judgeWaiting(facts, askedAt, how) ?? judgeChanged(facts, askedAt);
  if (early !== undefined) return early;
  // The one-stop acknowledges what it filed with us, and a supplement that is awaited is left on the list.
  if (facts.state.source === 'onestop') return notLookedAt('cannot-ask');
  if (facts.state.state === 'awaiting-supplement') return notLookedAt('awaiting-supplement');
  const isAcknowledged = facts.acknowledgedAt !== null;
  if (isAcknowledged && isYounger(facts.acknowledgedAt, askedAt, how.graceMs)) return notLookedAt('just-changed');
  return {
    verdict: 'differs',
    class: 'missing-there',
    ours: null,
    theirs: null,
    ...(isAcknowledged
      ? { cause: 'receipt-lost-there', responsible: how.partner }
      : { cause: 'unacknowledged', responsible: 'gateway' as const }),
  };
}

function expectation({ state, handedOverAt }: DossierFacts, { partner }: Judging): Expectation {
  return expectationOf(partner, state, handedOverAt !== null);
}

function statusOf(expected: Expectation): number | null {
  return expected.kind === 'there' ? expected.status : null;
}

function judgeChanged({ settledAt, updatedAt }: DossierFacts, askedAt: Date): Verdict | undefined {
  const isChanged = updatedAt >= askedAt || (settledAt !== null && settledAt >= askedAt);
  return isChanged ? notLookedAt('changed-meanwhile') : undefined;
}

/** What changed there a moment ago may be on its way to us, and what we told a moment ago may not show yet. */
function isJustChanged(
  { facts: { settledAt }, found, verdict }: { facts: DossierFacts; found: Found; verdict: Difference },
  askedAt: Date,
  { graceMs, absentGraceMs }: Judging,
): boolean {
  if (found.kind !== 'rows') return isYounger(settledAt, askedAt, absentGraceMs);
  const isToldJustNow = verdict.cause === 'not-taken' && isYounger(settledAt, askedAt, graceMs);
  return isToldJustNow || found.rows.some(({ changedAt }) => isYounger(changedAt ?? null, askedAt, graceMs));
}

/** Whether something happened less than the grace before, or as little after by a clock that goes ahead. A time far in the future says nothing. */
export function isYounger(at: Date | null, askedAt: Date, graceMs: number): boolean {
  return at !== null && Math.abs(askedAt.getTime() - at.getTime()) < graceMs;
}

function judgeAbsent(expected: Expectation, partner: PartnerId): Verdict {
  if (expected.kind === 'not-there-yet' || expected.mayBeAbsent) return AGREES;
  const { status: ours } = expected;
  return {
    verdict: 'differs',
    class: 'missing-there',
    ours,
    theirs: null,
    cause: 'partner-lost-it',
    responsible: partner,
  };
}

function judgeRows(state: DossierState, expected: Expectation, rows: readonly PartnerRow[], how: Judging): Verdict {
  const ours = statusOf(expected);
  const other = rows.find((row) => isOtherCode(row, state, rows));
  if (other !== undefined)
    return {
      verdict: 'differs',
      class: 'duplicate',
      ours,
      theirs: other.status,
      cause: rows.length === 1 ? 'other-code' : 'several-codes',
      responsible: how.partner,
      otherCodes: other.codes.oneStop === undefined ? [] : [other.codes.oneStop],
    };
  const row = newestOf(rows);
  if (row.status === null) return { verdict: 'unreadable', reasonCode: 'status-unknown', ours };
  const theirs = row.status;
  if (how.partner === 'hotich' && theirs === 4) return judgeCompleted(state, expected, row);
  if (expected.kind === 'there' && expected.fine.includes(theirs)) return AGREES;
  return { verdict: 'differs', class: 'status-differs', ours, theirs, ...whoIsBehind(ours, theirs, how) };
}

/** The partner names the dossier by another code than the one that we know, or than another of its own rows. */
function isOtherCode({ codes }: PartnerRow, { codes: known }: DossierState, rows: readonly PartnerRow[]): boolean {
  if (codes.oneStop === undefined) return false;
  return codes.oneStop !== (known.oneStop ?? rows.find((row) => row.codes.oneStop !== undefined)?.codes.oneStop);
}

/** Of rows under one code the one that changed last counts. */
function newestOf(rows: readonly PartnerRow[]): PartnerRow {
  const at = (row: PartnerRow): number => row.changedAt?.getTime() ?? 0;
  return rows.reduce((newest, row) => (at(row) >= at(newest) ? row : newest));
}

/** hộ tịch says that it is done (4). */
function judgeCompleted(state: DossierState, expected: Expectation, row: PartnerRow): Verdict {
  const ours = statusOf(expected);
  if (isEndedElsewhere(state)) return told('status-differs', ours, 'registered-after-end', 'gateway');
  if (state.state === 'registered' || state.state === 'finished') return AGREES;
  if (row.hasResult === false) return told('result-missing', ours, 'result-incomplete', 'hotich');
  return told('status-differs', ours, 'not-told-back', 'gateway');
}

function told(cls: DiscrepancyClass, ours: number | null, cause: string, responsible: Responsible): Difference {
  return { verdict: 'differs', class: cls, ours, theirs: 4, cause, responsible };
}

/** They are further, and we have not heard of it; or they have not taken what we told. */
function whoIsBehind(
  ours: number | null,
  theirs: number,
  { partner, decisionsByPush }: Judging,
): Pick<Difference, 'cause' | 'responsible'> {
  if (!isFurther(partner, theirs, ours)) return { cause: 'not-taken', responsible: partner };
  return { cause: 'not-told-back', responsible: partner === 'onestop' && decisionsByPush ? 'onestop' : 'gateway' };
}
