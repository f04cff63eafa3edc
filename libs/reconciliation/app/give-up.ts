import type { StepEnd } from '#platform';
import { updateRun, type Run } from '../adapters/reconciliation-store';
import { NO_FAILURES, patienceAfter, type Failure, type Patience } from '../domain/patience';
import { onward, type Phase } from '../domain/reached';
import { loggableCode } from './ask-partner';
import { stopRun } from './end-run';
import { RECONCILER } from './reconciliation-record';
import type { RunDeps } from './run-deps';
import { lockOwn } from './settle-step';

/** Waits longer each time, and gives up in the end: what is left was not looked at. A list that fails is left where dossiers can be asked for by code.
 *  @param behind where the run goes on without its list; undefined when it is not at its list, or cannot */
export async function noAnswer(
  run: Run,
  failure: Failure & { calls: number },
  { behind }: { behind: Phase | undefined },
  deps: RunDeps,
): Promise<StepEnd> {
  const { policy, clock, log } = deps;
  const patience = patienceAfter(run, failure, { partner: run.partner, at: clock.now(), policy });
  const { failures, throttled, now } = patience;
  const { code } = failure;
  log.warn('reconciliation.no-answer', { reconciliationId: run.id, partner: run.partner, code, failures, throttled });
  const isListLeft = behind !== undefined && (now === 'refused' || now === 'given-up');
  if (isListLeft) return writeFailure(run, failure, { ...patience, behind }, deps);
  if (now === 'given-up' || now === 'too-long')
    return stop(run, { reasonCode: 'partner-away', failureCode: code, calls: failure.calls }, deps);
  return writeFailure(run, failure, patience, deps);
}

/** A step that failed by itself is tried again, later each time, and not for ever: its partner would be asked in vain all the while. */
export async function stepFailed(run: Run, error: unknown, deps: RunDeps): Promise<StepEnd> {
  const failure = { code: loggableCode(error), calls: 1 };
  const patience = patienceAfter(run, failure, { partner: run.partner, at: deps.clock.now(), policy: deps.policy });
  if (patience.now === 'given-up' || patience.now === 'too-long')
    return stop(run, { reasonCode: 'internal-failure', failureCode: failure.code, calls: 1 }, deps);
  return writeFailure(run, failure, patience, deps);
}

async function writeFailure(
  run: Run,
  { code, calls: failed }: Failure & { calls: number },
  { behind, failures, throttled, throttledSince, pauseMs }: Patience & { behind?: Phase },
  deps: RunDeps,
): Promise<StepEnd> {
  return deps.db.run(async (tx): Promise<StepEnd> => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return 'wait';
    const counts = { ...now.counts, calls: now.counts.calls + failed };
    // Why the list failed is not forgotten over a later failure that passes.
    const failureCode = now.listFailed ? now.failureCode : code;
    if (behind === undefined) {
      const retryAt = new Date(deps.clock.now().getTime() + pauseMs);
      await updateRun(tx, { ...now, counts, failures, throttled, throttledSince, failureCode, retryAt });
      return 'wait';
    }
    const reached = onward(run.reached, behind, { list: 'unsound' });
    await updateRun(tx, { ...now, ...NO_FAILURES, counts, failureCode, listFailed: true, reached, retryAt: null });
    return 'again';
  });
}

/** Ends the run before it has looked at everything. @param failureCode of the failure for which it ends */
export async function stop(
  run: Run,
  { reasonCode, failureCode, calls }: { reasonCode: string; failureCode: string | null; calls: number },
  deps: RunDeps,
): Promise<StepEnd> {
  const { db, clock, syncLog, log } = deps;
  const isStopped = await db.run(async (tx) => {
    const now = await lockOwn(tx, run, deps);
    if (now === undefined) return false;
    const counts = { ...now.counts, calls: now.counts.calls + calls };
    const end = { at: clock.now(), reasonCode, actor: RECONCILER, stoppedBy: null, failureCode };
    await stopRun(tx, { ...now, counts }, end, syncLog);
    return true;
  });
  if (!isStopped) return 'wait';
  log.warn('reconciliation.stopped', { reconciliationId: run.id, partner: run.partner, reasonCode, code: failureCode });
  return 'moved';
}
