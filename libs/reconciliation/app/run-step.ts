import { AppError, codeOf } from '#platform';
import { readClosed } from '../adapters/facts-store';
import { updateRun, type Reached, type Run } from '../adapters/reconciliation-store';
import { deliveriesToTellAgain } from '../adapters/told-again';
import type { Judging } from '../domain/compare';
import { retryAfterMs } from '../domain/reconciliation-policy';
import type { ReconciledPartner } from '../ports';
import { NoAnswer, type Pace } from './ask-partner';
import { closeStep } from './close-step';
import { stopRun } from './end-run';
import { listStep } from './list-step';
import { recordEnded, RECONCILER } from './reconciliation-record';
import { restStep, unaskedStep } from './rest-step';
import type { RunDeps } from './run-deps';
import { lockOwn, NOTHING, settleStep, type StepResult } from './settle-step';

/** `again`: there is more to do at once. `wait`: nothing now. `ended`: the run is over. */
export type StepEnd = 'again' | 'wait' | 'ended';

/** One bounded piece of a run: one question at most, asked outside of any transaction, and one transaction for what it found out. A worker that dies
 *  between the two has asked in vain: the next one asks again, and nothing is counted twice. */
export async function runStep(run: Run, pace: Pace, deps: RunDeps, signal: AbortSignal): Promise<StepEnd> {
  const closed = await readClosed(deps.db, run.partner, deps.clock.now());
  if (closed === 'partner-held' || (closed !== undefined && run.state === 'queued')) return stop(run, closed, deps);
  if (run.reached === null) return begin(run, deps);
  if (closed !== undefined) return noAnswer(run, { code: closed, calls: 0 }, deps);
  try {
    return await goOn({ ...run, reached: run.reached }, pace, deps, signal);
  } catch (error) {
    if (error instanceof NoAnswer) return noAnswer(run, { code: error.code, calls: 1 }, deps);
    throw error;
  }
}

async function goOn(run: Run & { reached: Reached }, pace: Pace, deps: RunDeps, signal: AbortSignal): Promise<StepEnd> {
  const { reached } = run;
  const partner = deps.partners[run.partner];
  const how = howOf(run, deps);
  if (reached.phase === 'end') return finish(run, deps);
  if (reached.phase === 'close') return told(await closeStep({ run, after: reached.after, partner }, how, deps));
  const step = await stepOf({ run, reached, partner }, { how, pace, signal }, deps);
  return told(await settleStep(run, step, deps), step);
}

async function stepOf(
  {
    run,
    reached,
    partner,
  }: { run: Run; reached: Exclude<Reached, { phase: 'close' | 'end' }>; partner: ReconciledPartner },
  asking: { how: Judging; pace: Pace; signal: AbortSignal },
  deps: RunDeps,
): Promise<StepResult> {
  const { listing, lookUp } = partner;
  const behind = behindList(partner);
  switch (reached.phase) {
    case 'list':
    case 'second':
      // Configured away since the run began.
      if (listing === undefined) return { ...NOTHING, reached: behind };
      return listStep({ run, reached, listing, behind }, asking, deps);
    case 'rest':
      if (lookUp === undefined) return { ...NOTHING, reached: { phase: 'unasked', after: null } };
      return restStep({ run, after: reached.after, partner, lookUp }, asking, deps);
    case 'unasked':
      return unaskedStep({ run, after: reached.after }, asking.how, deps);
  }
}

function behindList({ lookUp }: ReconciledPartner): Reached {
  return { phase: lookUp === undefined ? 'unasked' : 'rest', after: null };
}

/** Nothing was written when the run has ended or is another worker's. */
function told(isWritten: boolean, step?: StepResult): StepEnd {
  return isWritten && (step?.notBefore ?? null) === null ? 'again' : 'wait';
}

function howOf({ partner }: Run, { policy, decisionsByPush }: RunDeps): Judging {
  const { graceMs, lateAfterMs } = policy.partners[partner];
  return { partner, decisionsByPush, graceMs, lateAfterMs };
}

async function begin(run: Run, deps: RunDeps): Promise<StepEnd> {
  const partner = deps.partners[run.partner];
  const reached: Reached = partner.listing ? { phase: 'list', page: 1, codes: [] } : behindList(partner);
  return deps.db.run(async (tx): Promise<StepEnd> => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return 'wait';
    await updateRun(tx, { ...now, state: 'running', startedAt: deps.clock.now(), reached, retryAt: null });
    return 'again';
  });
}

/** Waits longer each time, and gives up in the end: what is left was not looked at. */
async function noAnswer(run: Run, { code, calls }: { code: string; calls: number }, deps: RunDeps): Promise<StepEnd> {
  const { policy, clock, log } = deps;
  const failures = run.failures + 1;
  log.warn('reconciliation.no-answer', { reconciliationId: run.id, partner: run.partner, code, failures });
  if (failures >= policy.giveUpAfter) return stop(run, 'partner-away', deps, calls);
  return deps.db.run(async (tx): Promise<StepEnd> => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return 'wait';
    const counts = { ...now.counts, calls: now.counts.calls + calls };
    const retryAt = new Date(clock.now().getTime() + retryAfterMs(failures, policy));
    await updateRun(tx, { ...now, counts, failures, retryAt });
    return 'wait';
  });
}

async function stop(run: Run, reasonCode: string, deps: RunDeps, calls = 0): Promise<StepEnd> {
  const { db, clock, syncLog, log } = deps;
  const isStopped = await db.run(async (tx) => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return false;
    const counts = { ...now.counts, calls: now.counts.calls + calls };
    await stopRun(tx, { ...now, counts }, { at: clock.now(), reasonCode, actor: RECONCILER, stoppedBy: null }, syncLog);
    return true;
  });
  if (!isStopped) return 'wait';
  log.warn('reconciliation.stopped', { reconciliationId: run.id, partner: run.partner, reasonCode });
  return 'ended';
}

async function finish(run: Run, deps: RunDeps): Promise<StepEnd> {
  await proposeHealing(run, deps);
  const { db, clock, syncLog, log } = deps;
  const finished = await db.run(async (tx) => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return undefined;
    const after = { ...now, state: 'finished' as const, endedAt: clock.now(), retryAt: null };
    await updateRun(tx, after);
    await recordEnded(tx, after, RECONCILER, syncLog);
    return after;
  });
  if (finished === undefined) return 'wait';
  log.info('reconciliation.finished', { reconciliationId: run.id, partner: run.partner, ...finished.counts });
  return 'ended';
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
