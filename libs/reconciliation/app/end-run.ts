import { AppError, type Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import { updateRun, type LockedRun, type Run } from '../adapters/reconciliation-store';
import { countRest } from '../adapters/window-store';
import { idWindow } from '../domain/id-window';
import { RECONCILIATION_TRANSITIONS, withNotLookedAt } from '../domain/reconciliation';
import { recordEnded } from './reconciliation-record';

/** How a run ends before it has looked at everything. */
export interface Stop {
  at: Date;
  /** Kebab-case. */
  reasonCode: string;
  actor: SyncLogActor;
  /** Account; null when no person stopped it. */
  stoppedBy: string | null;
  /** Of the call without a usable answer for which it ends; null or absent when it ends for another reason. */
  failureCode?: string | null;
}

/** Ends a run where it is. Everything that it has not looked at is counted so, by why: never as agreeing. The caller holds the row's lock. */
export async function stopRun(tx: Tx, run: LockedRun, stop: Stop, syncLog: Pick<SyncLog, 'append'>): Promise<void> {
  if (!RECONCILIATION_TRANSITIONS[run.state].includes('stopped'))
    throw new AppError({
      code: 'reconciliation-transition-forbidden',
      disposition: 'bug',
      detail: `${run.state} to stopped`,
    });
  const rest = isThrough(run) ? 0 : await countRest(tx, { id: run.id, after: passedOf(run) }, idWindow(run));
  const stopped = {
    ...withNotLookedAt(run, stop.reasonCode, rest),
    state: 'stopped' as const,
    endedAt: stop.at,
    reasonCode: stop.reasonCode,
    stoppedBy: stop.stoppedBy,
    failureCode: stop.failureCode ?? (run.listFailed ? run.failureCode : null),
    retryAt: null,
  };
  await updateRun(tx, stopped);
  await recordEnded(tx, stopped, stop.actor, syncLog);
}

/** Every dossier of the window is counted. */
function isThrough({ reached }: Pick<Run, 'reached'>): boolean {
  return reached?.phase === 'outside' || reached?.phase === 'close' || reached?.phase === 'end';
}

/** The last dossier that was asked for and counted: what was held back is not. */
function passedOf({ reached }: Pick<Run, 'reached'>): string | null {
  if (reached?.phase !== 'rest') return null;
  return reached.held === undefined ? reached.after : reached.held.from;
}
