import { AppError, codeOf, type StepEnd } from '#platform';
import { readClosed } from '../adapters/facts-store';
import { updateRun, type Run } from '../adapters/reconciliation-store';
import { deliveriesToTellAgain } from '../adapters/told-again';
import type { Judging } from '../domain/compare';
import { onward, type Phase, type Reached } from '../domain/reached';
import type { ReconciledPartner } from '../ports';
import { NoAnswer, NoRoom, type Pace } from './ask-partner';
import { closeStep } from './close-step';
import { noAnswer, stop } from './give-up';
import { listStep } from './list-step';
import { outsideStep } from './outside-step';
import { recordEnded, RECONCILER } from './reconciliation-record';
import { restStep, unaskedStep, type Asking, type StopStep } from './rest-step';
import type { RunDeps } from './run-deps';
import { lockOwn, NOTHING, settleStep, type StepResult } from './settle-step';

const DAY_MS = 86_400_000;

/** One bounded piece of a run: one question at most, asked outside of any transaction, and one transaction for what it found out. A worker that dies
 *  between the two has asked in vain: the next one asks again, and nothing is counted twice. */
export async function runStep(run: Run, pace: Pace, deps: RunDeps, signal: AbortSignal): Promise<StepEnd> {
  const closed = await readClosed(deps.db, run.partner, deps.clock.now());
  if (closed === 'partner-held' || (closed !== undefined && run.state === 'queued'))
    return stop(run, { reasonCode: closed, failureCode: null, calls: 0 }, deps);
  if (run.reached === null) return begin(run, deps);
  const behind = behindFailedList(run.reached, deps.partners[run.partner]);
  if (closed !== undefined) return noAnswer(run, { code: closed, calls: 0 }, { behind }, deps);
  try {
    return await goOn({ ...run, reached: run.reached }, pace, deps, signal);
  } catch (error) {
    if (error instanceof NoAnswer) return noAnswer(run, error, { behind }, deps);
    if (error instanceof NoRoom) return stop(run, { reasonCode: 'budget-used-up', failureCode: null, calls: 0 }, deps);
    throw error;
  }
}

async function goOn(run: Run & { reached: Reached }, pace: Pace, deps: RunDeps, signal: AbortSignal): Promise<StepEnd> {
  const { reached } = run;
  const partner = deps.partners[run.partner];
  const asking = { how: howOf(run, deps), pace, signal };
  if (reached.phase === 'end') return finish(run, deps);
  if (reached.phase === 'close') return told(await closeStep({ run, after: reached.after, partner }, asking, deps));
  const step = await stepOf({ run, reached, partner }, asking, deps);
  if ('stop' in step) return stop(run, step.stop, deps);
  return told(await settleStep(run, step, deps), step);
}

async function stepOf(
  {
    run,
    reached,
    partner,
  }: { run: Run; reached: Exclude<Reached, { phase: 'close' | 'end' }>; partner: ReconciledPartner },
  asking: Asking,
  deps: RunDeps,
): Promise<StepResult | StopStep> {
  const { listing, lookUp } = partner;
  const behind = behindList(partner);
  switch (reached.phase) {
    case 'list':
    case 'second':
      // Configured away since the run began.
      if (listing === undefined) return { ...NOTHING, reached: behind, heard: { list: 'unsound' } };
      return listStep({ run, reached, listing, behind }, asking, deps);
    case 'rest':
      if (lookUp === undefined) return { ...NOTHING, reached: { phase: 'unasked', after: null } };
      return restStep({ run, reached, partner, lookUp }, asking, deps);
    case 'outside':
      if (lookUp === undefined) return { ...NOTHING, reached: { phase: 'close', after: null } };
      return outsideStep({ run, after: reached.after, partner, lookUp }, asking, deps);
    case 'unasked':
      return unaskedStep({ run, after: reached.after }, asking.how, deps);
  }
}

function behindList({ lookUp }: ReconciledPartner): Phase {
  return { phase: lookUp === undefined ? 'unasked' : 'rest', after: null };
}

/** Where a run goes on whose list fails: only dossiers that can be asked for make it worth while. */
function behindFailedList({ phase }: Reached, partner: ReconciledPartner): Phase | undefined {
  const isAtList = phase === 'list' || phase === 'second';
  return isAtList && partner.lookUp !== undefined ? behindList(partner) : undefined;
}

/** Nothing was written when the run has ended or is another worker's. */
function told(isWritten: boolean, step?: StepResult): StepEnd {
  return isWritten && (step?.notBefore ?? null) === null ? 'again' : 'wait';
}

function howOf({ partner }: Run, { policy, decisionsByPush }: RunDeps): Judging {
  const { graceMs, absentGraceMs, lateAfterMs } = policy.partners[partner];
  return { partner, decisionsByPush, graceMs, lateAfterMs, absentGraceMs };
}

async function begin(run: Run, deps: RunDeps): Promise<StepEnd> {
  const partner = deps.partners[run.partner];
  const startedAt = deps.clock.now();
  const phase: Phase = isListed(run, partner, startedAt, deps)
    ? { phase: 'list', page: 1, codes: [] }
    : behindList(partner);
  return deps.db.run(async (tx): Promise<StepEnd> => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return 'wait';
    await updateRun(tx, { ...now, state: 'running', startedAt, reached: onward(null, phase), retryAt: null });
    return 'again';
  });
}

/** A list by time of a window long ago would tell of everything since; the one of what is unacknowledged is of now, and short. */
function isListed(
  { to, partner: id }: Run,
  { listing }: ReconciledPartner,
  at: Date,
  { policy }: Pick<RunDeps, 'policy'>,
): boolean {
  if (listing?.means !== 'state') return listing !== undefined;
  return at.getTime() - to.getTime() <= policy.partners[id].windowDays * DAY_MS;
}

async function finish(run: Run, deps: RunDeps): Promise<StepEnd> {
  await proposeHealing(run, deps);
  const { db, clock, syncLog, log } = deps;
  const finished = await db.run(async (tx) => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return undefined;
    const failureCode = now.listFailed ? now.failureCode : null;
    const after = { ...now, state: 'finished' as const, endedAt: clock.now(), failureCode, retryAt: null };
    await updateRun(tx, after);
    await recordEnded(tx, after, RECONCILER, syncLog);
    return after;
  });
  if (finished === undefined) return 'wait';
  log.info('reconciliation.finished', { reconciliationId: run.id, partner: run.partner, ...finished.counts });
  return 'moved';
}

/** Before the end is written, so that a crash forgets no healing; asked for twice it is one plan. A healing that cannot be proposed is a person's. */
async function proposeHealing(run: Run, { db, policy, proposeReplay, log }: RunDeps): Promise<void> {
  const { heals: classes } = policy.partners[run.partner];
  if (classes.length === 0) return;
  const deliveryIds = await deliveriesToTellAgain(db, { reconciliationId: run.id, classes, units: null });
  if (deliveryIds.length === 0) return;
  try {
    await proposeReplay({ reconciliationId: run.id, deliveryIds });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn('reconciliation.replay-not-proposed', { reconciliationId: run.id, code: codeOf(error) });
  }
}
