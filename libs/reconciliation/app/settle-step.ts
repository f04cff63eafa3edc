import { isDeepStrictEqual } from 'node:util';
import { lockDossiers, type DossierState } from '#dossier';
import type { Tx } from '#platform';
import { readOpen } from '../adapters/discrepancy-store';
import { findArrived, readFacts } from '../adapters/facts-store';
import { lockReconciliation, updateRun, type LockedRun, type Run } from '../adapters/reconciliation-store';
import { readSeen, writeSeen } from '../adapters/seen-store';
import { changeOf, type Finding, type OpenDiscrepancy } from '../domain/changes';
import type { DossierFacts, Verdict } from '../domain/compare';
import { NO_FAILURES } from '../domain/patience';
import { onward, type Heard, type Phase } from '../domain/reached';
import { withNotLookedAt } from '../domain/reconciliation';
import { applyChanges, type DiscrepancyChange } from './apply-changes';
import type { RunDeps } from './run-deps';

/** A dossier that something was said of. `judge` is asked again with what holds under its lock. */
export interface Spoken {
  dossierId: string;
  judge(facts: DossierFacts): Verdict;
}

/** What only the partner has. */
export interface OnlyThere {
  /** DVCLT's code. */
  code: string;
  otherCodes: readonly string[];
  theirs: number | null;
  changedAt: Date | null;
}

/** What a step found out, and where the run stands after it. */
export interface StepResult {
  dossiers: readonly Spoken[];
  /** `asked`: every verdict counts, and the run passes these dossiers once. `listed`: what a list leaves open is asked for by code later, so only agreeing
   *  and differing count. `told`: nobody asks later, so every verdict counts; as with `listed`, once for dossiers that come twice.
   *  `outside`: dossiers outside the window, for the differences that are open about them: none counts. */
  mode: 'asked' | 'listed' | 'told' | 'outside';
  /** Our dossiers outside of the window that a list told of: they are not counted. */
  outside: readonly string[];
  onlyThere: readonly OnlyThere[];
  unreadableRows: number;
  /** Dossiers that the partner has no query for. */
  cannotAsk: number;
  /** What only the partner has, and changed a moment ago: it may be on its way to us. */
  justChanged: number;
  calls: number;
  /** When the partner was asked; null when it was not. */
  askedAt: Date | null;
  reached: Phase;
  /** What it heard of the partner. */
  heard: Heard;
  /** The next step not before; null = at once. */
  notBefore: Date | null;
}

export const NOTHING: StepResult = {
  dossiers: [],
  mode: 'asked',
  outside: [],
  onlyThere: [],
  unreadableRows: 0,
  cannotAsk: 0,
  justChanged: 0,
  calls: 0,
  askedAt: null,
  reached: { phase: 'end' },
  heard: {},
  notBefore: null,
};

interface Judged {
  dossierId: string;
  verdict: Verdict;
  state: DossierState | null;
}

/** Judges and writes what a step found out, all in one transaction: differences, dossiers' journals, sync log, counts, and how far the run is. Dossiers that
 *  agree need no lock: they are judged from what was read after the answer. The others are locked, read, and judged again.
 *  @returns whether something was written: false when the run has ended or another worker has it */
export async function settleStep(run: Run, step: StepResult, deps: RunDeps): Promise<boolean> {
  const { db, clock } = deps;
  const ids = step.dossiers.map((one) => one.dossierId);
  const seen = isOfList(step) ? await readSeen(db, run.id, ids) : new Map<string, boolean>();
  const facts = await readFacts(db, run.partner, ids, clock.now());
  const first = judgeAll(step.dossiers, facts, seen);
  const open = await readOpen(db, run.partner, [...ids, ...step.onlyThere.map((one) => one.code)]);
  const toLock = first.filter((one) => isToLock(one, open)).map((one) => one.dossierId);
  return db.run(async (tx) => {
    const locked = await lockDossiers(tx, [...toLock].sort());
    const current = await readFacts(tx, run.partner, toLock, clock.now());
    const again = judgeAll(
      step.dossiers.filter((one) => locked.has(one.dossierId)),
      current,
      seen,
    );
    const judged = [...first.filter((one) => !locked.has(one.dossierId)), ...again];
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return false;
    await write(tx, { run: now, step, judged, locked, open, seen }, deps);
    return true;
  });
}

/** The run's row, locked after the dossiers; undefined when this worker does not have it any more, or it is not where the step began: what was found out
 *  from there has been counted. */
export async function lockOwn(
  tx: Tx,
  { id, fence, reached }: Pick<Run, 'id' | 'fence' | 'reached'>,
  { workerId }: Pick<RunDeps, 'workerId'>,
): Promise<LockedRun | undefined> {
  const now = await lockReconciliation(tx, id);
  const isOurs =
    now?.fence === fence && now.leaseOwner === workerId && (now.state === 'queued' || now.state === 'running');
  return isOurs && isDeepStrictEqual(now.reached, reached) ? now : undefined;
}

/** A dossier that the list has told of before is passed over, unless another row of it shows that it has two. */
function judgeAll(
  dossiers: readonly Spoken[],
  facts: ReadonlyMap<string, DossierFacts>,
  seen: ReadonlyMap<string, boolean>,
): Judged[] {
  return dossiers.flatMap(({ dossierId, judge }) => {
    const known = facts.get(dossierId);
    if (known === undefined) return [];
    const verdict = judge(known);
    const isPassed = seen.has(dossierId) && !(seen.get(dossierId) === false && isDuplicate(verdict));
    return isPassed ? [] : [{ dossierId, verdict, state: known.state }];
  });
}

function isDuplicate(verdict: Verdict): boolean {
  return verdict.verdict === 'differs' && verdict.class === 'duplicate';
}

function isToLock({ dossierId, verdict }: Judged, open: ReadonlyMap<string, OpenDiscrepancy>): boolean {
  return verdict.verdict !== 'not-looked-at' && (verdict.verdict !== 'agrees' || open.has(dossierId));
}

interface Writing {
  run: LockedRun;
  step: StepResult;
  judged: readonly Judged[];
  locked: ReadonlyMap<string, DossierState | null>;
  open: ReadonlyMap<string, OpenDiscrepancy>;
  seen: ReadonlyMap<string, boolean>;
}

async function write(tx: Tx, writing: Writing, deps: RunDeps): Promise<void> {
  const { run, step, open, locked } = writing;
  const counted = writing.judged.filter((one) => step.mode !== 'listed' || isDecided(one.verdict));
  const onlyThere = await stillOnlyThere(tx, step.onlyThere, run, open);
  const changes = [
    ...counted.flatMap((one) => changesOfDossier(one, run, open.get(one.dossierId), deps)),
    ...onlyThere.map((one) => changeOfOnlyThere(one, open.get(one.code), deps)),
  ];
  await applyChanges(tx, { run, changes, locked, askedAt: step.askedAt }, deps);
  if (isOfList(step))
    writeSeen(tx, run.id, [
      ...counted.map(({ dossierId, verdict }) => ({ dossierId, differs: verdict.verdict === 'differs' })),
      ...step.outside.map((dossierId) => ({ dossierId, differs: false })),
    ]);
  const after = countAll(run, { ...writing, judged: counted }, onlyThere.length);
  const reached = onward(run.reached, step.reached, step.heard);
  await updateRun(tx, { ...after, ...NO_FAILURES, reached, retryAt: step.notBefore });
}

function isOfList({ mode }: StepResult): boolean {
  return mode === 'listed' || mode === 'told';
}

function isDecided({ verdict }: Verdict): boolean {
  return verdict === 'agrees' || verdict === 'differs';
}

/** What has come to us meanwhile, is held back by intake, or was counted by this run already, is not counted. */
async function stillOnlyThere(
  tx: Tx,
  given: readonly OnlyThere[],
  run: LockedRun,
  open: ReadonlyMap<string, OpenDiscrepancy>,
): Promise<OnlyThere[]> {
  const arrived = await findArrived(
    tx,
    given.map(({ code }) => code),
  );
  return given.filter(({ code }) => !arrived.has(code) && open.get(code)?.reconciliationId !== run.id);
}

function changesOfDossier(
  { dossierId, verdict, state }: Judged,
  { id, partner }: Pick<Run, 'partner' | 'id'>,
  before: OpenDiscrepancy | undefined,
  { ids }: Pick<RunDeps, 'ids'>,
): DiscrepancyChange[] {
  const change = changeOf(verdict, partner, before);
  if (state === null || Object.keys(change).length === 0) return [];
  const others = verdict.verdict === 'differs' ? (verdict.otherCodes ?? []) : [];
  const about = {
    subject: dossierId,
    dossierId,
    unit: state.unit,
    procedure: state.procedure,
    reconciliationId: id,
    codes: [...codesOf(state), ...others],
    thereChangedAt: null,
  };
  const { close, again, open } = change;
  return [
    {
      close: before && close && { ...before, reason: close },
      again: before && again && { ...before, ...about, ...again },
      open: open && { ...about, ...open, id: ids.next() },
    },
  ];
}

function codesOf({ codes }: DossierState): string[] {
  return [codes.dvclt, ...(codes.oneStop === undefined ? [] : [codes.oneStop]), ...codes.registry];
}

/** @param before the difference that is open about it */
export function changeOfOnlyThere(
  { code, otherCodes, theirs, changedAt: thereChangedAt }: OnlyThere,
  before: OpenDiscrepancy | undefined,
  { ids }: Pick<RunDeps, 'ids'>,
): DiscrepancyChange {
  const finding: Finding = {
    class: 'missing-here',
    ours: null,
    theirs,
    cause: 'never-received',
    responsible: 'gateway',
  };
  const codes = [code, ...otherCodes];
  if (before) return { again: { ...before, ...finding, codes, thereChangedAt } };
  const about = { subject: code, dossierId: null, unit: null, procedure: null, reconciliationId: '' };
  return { open: { ...about, ...finding, id: ids.next(), codes, thereChangedAt } };
}

function countAll(run: LockedRun, { judged, seen, step }: Writing, onlyThere: number): LockedRun {
  const counts = { ...run.counts };
  counts.calls += step.calls;
  counts.differing += onlyThere;
  counts.unreadable += step.unreadableRows;
  if (step.mode === 'outside') return { ...run, counts };
  for (const { dossierId, verdict } of judged) {
    // Counted as agreeing before its second row was seen.
    if (seen.has(dossierId)) counts.agreed -= 1;
    if (verdict.verdict === 'agrees') counts.agreed += 1;
    else if (verdict.verdict === 'differs') counts.differing += 1;
    else if (verdict.verdict === 'unreadable') counts.unreadable += 1;
  }
  let after = withNotLookedAt({ ...run, counts }, 'cannot-ask', step.cannotAsk);
  after = withNotLookedAt(after, 'just-changed', step.justChanged);
  for (const { verdict } of judged)
    if (verdict.verdict === 'not-looked-at') after = withNotLookedAt(after, verdict.reasonCode, 1);
  return after;
}
