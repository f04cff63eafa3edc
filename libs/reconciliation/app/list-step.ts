import { findListed } from '../adapters/facts-store';
import type { Run } from '../adapters/reconciliation-store';
import { compare, compareUnacknowledged, isYounger, type Judging } from '../domain/compare';
import { idWindow } from '../domain/id-window';
import type { Phase } from '../domain/reached';
import type { ListedPage, Listing, PartnerRow, Window } from '../ports';
import { NOTHING, type OnlyThere, type StepResult } from './settle-step';
import type { Pace } from './ask-partner';
import type { RunDeps } from './run-deps';
import { isUsable } from './usable-rows';

const DAY_MS = 86_400_000;
/** A list that never ends is one that pays no heed to the page asked for: what it left out is asked for by code. */
const MAX_PAGES = 100_000;

type ListPhase = Extract<Phase, { page: number }>;

/** What changed there since the day before our window: the partner's clock may lag, and a dossier reaches it after it reached us. */
export function listWindow({ from, startedAt, requestedAt }: Run): Window {
  return { from: new Date(from.getTime() - DAY_MS), to: startedAt ?? requestedAt };
}

/** One page of the partner's list: dossiers of ours in the window are judged by their rows on it, and what only the partner has comes to light. */
export async function listStep(
  { run, reached, listing, behind }: { run: Run; reached: ListPhase; listing: Listing; behind: Phase },
  { how, pace, signal }: { how: Judging; pace: Pace; signal: AbortSignal },
  deps: RunDeps,
): Promise<StepResult> {
  const page = await pace.call(run, (deadline) => listing.page(listWindow(run), reached.page, deadline), signal);
  const usable = page.rows.filter((row) => isUsable(row));
  const unreadableRows = page.unreadable + page.rows.length - usable.length;
  const owners = await findListed(
    deps.db,
    usable.map((row) => row.codes),
  );
  const rowsOf = new Map<string, PartnerRow[]>();
  const onlyThere: PartnerRow[] = [];
  usable.forEach((row, index) => {
    const owner = owners[index];
    if (owner === undefined) onlyThere.push(row);
    else rowsOf.set(owner, [...(rowsOf.get(owner) ?? []), row]);
  });
  const next = page.next !== null && reached.page < MAX_PAGES ? page.next : null;
  const isCut = page.next !== null && next === null;
  const given = { run, reached, behind, page, next, rowsOf, onlyThere, how };
  const result = listing.means === 'state' ? ofStates(given) : ofUnacknowledged(given, deps);
  return {
    ...result,
    unreadableRows: reached.phase === 'list' ? unreadableRows : 0,
    heard: {
      list: unreadableRows > 0 || isCut ? 'unsound' : 'whole',
      ...(listing.means === 'state' && rowsOf.size > 0 ? { isKnown: true } : {}),
    },
    calls: 1,
    askedAt: page.askedAt,
  };
}

interface Given {
  run: Run;
  /** Where the run goes on behind the list. */
  behind: Phase;
  reached: ListPhase;
  page: ListedPage;
  next: number | null;
  rowsOf: ReadonlyMap<string, readonly PartnerRow[]>;
  onlyThere: readonly PartnerRow[];
  how: Judging;
}

function ofStates({ run, behind, page, next, rowsOf, onlyThere, how }: Given): StepResult {
  const { inside } = split([...rowsOf.keys()], run);
  const { askedAt } = page;
  // Only DVCLT's codes say that we should have it: the one-stop has dossiers of other procedures too.
  const strangers = onlyThereOf(onlyThere);
  const strange = strangers.filter(({ changedAt }) => !isYounger(changedAt, askedAt, how.graceMs));
  return {
    ...NOTHING,
    mode: 'listed',
    dossiers: inside.map((dossierId) => ({
      dossierId,
      judge: (facts) => compare(facts, { kind: 'rows', rows: rowsOf.get(dossierId) ?? [] }, askedAt, how),
    })),
    onlyThere: strange,
    justChanged: strangers.length - strange.length,
    reached: next === null ? behind : { phase: 'list', page: next, codes: [] },
  };
}

/** A code that we do not know may be stored by intake at this moment: it differs only when a second list, made later by the grace, still has it and we
 *  still do not know it. */
function ofUnacknowledged(given: Given, deps: RunDeps): StepResult {
  const { run, reached, behind, page, next, rowsOf, onlyThere, how } = given;
  if (reached.phase === 'second') return ofSecond(given);
  const { inside, outside } = split([...rowsOf.keys()], run);
  const codes = [...new Set([...reached.codes, ...onlyThere.flatMap((row) => row.codes.dvclt ?? [])])];
  const isOver = next === null;
  const isSecondDue = isOver && codes.length > 0;
  return {
    ...NOTHING,
    mode: 'told',
    outside,
    dossiers: inside.map((dossierId) => ({
      dossierId,
      judge: (facts) => compareUnacknowledged(facts, page.askedAt, how),
    })),
    reached: isSecondDue ? { phase: 'second', page: 1, codes } : isOver ? behind : { phase: 'list', page: next, codes },
    notBefore: isSecondDue ? new Date(deps.clock.now().getTime() + how.graceMs) : null,
  };
}

function ofSecond({ reached, behind, next, onlyThere }: Given): StepResult {
  const still = onlyThere.filter(({ codes }) => codes.dvclt !== undefined && reached.codes.includes(codes.dvclt));
  const found = onlyThereOf(still);
  const codes = reached.codes.filter((code) => !found.some((one) => one.code === code));
  const isOver = next === null || codes.length === 0;
  return {
    ...NOTHING,
    mode: 'told',
    onlyThere: found,
    reached: isOver ? behind : { phase: 'second', page: next, codes },
  };
}

/** Only dossiers of the window count. Ids are compared as texts: all are in lower case. */
function split(dossierIds: readonly string[], run: Run): { inside: string[]; outside: string[] } {
  const { from, to } = idWindow(run);
  const isInside = (id: string): boolean => id > from && id < to;
  return { inside: dossierIds.filter(isInside), outside: dossierIds.filter((id) => !isInside(id)) };
}

/** A code counts once, whatever rows it has. */
function onlyThereOf(rows: readonly PartnerRow[]): OnlyThere[] {
  const byCode = new Map<string, OnlyThere>();
  for (const { codes, status, changedAt } of rows) {
    if (codes.dvclt === undefined || byCode.has(codes.dvclt)) continue;
    const otherCodes = codes.oneStop === undefined ? [] : [codes.oneStop];
    byCode.set(codes.dvclt, { code: codes.dvclt, otherCodes, theirs: status, changedAt: changedAt ?? null });
  }
  return [...byCode.values()];
}
