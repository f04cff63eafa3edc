import type { Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import { updateRun, type LockedRun } from '../adapters/reconciliation-store';
import { countRest } from '../adapters/window-store';
import { idWindow } from '../domain/id-window';
import { RECONCILIATION_TRANSITIONS, withNotLookedAt } from '../domain/reconciliation';
import { AppError } from '#platform';
import { recordEnded } from './reconciliation-record';

/** How a run ends before it has looked at everything. */
export interface Stop {
  at: Date;
  /** Kebab-case. */
  reasonCode: string;
  actor: SyncLogActor;
  /** Account; null when no person stopped it. */
  stoppedBy: string | null;
}

/** Ends a run where it is. Everything that it has not looked at is counted so, by why: never as agreeing. The caller holds the row's lock. */
export async function stopRun(tx: Tx, run: LockedRun, stop: Stop, syncLog: Pick<SyncLog, 'append'>): Promise<void> {
  if (!RECONCILIATION_TRANSITIONS[run.state].includes('stopped'))
    throw new AppError({
      code: 'reconciliation-transition-forbidden',
      disposition: 'bug',
      detail: `${run.state} to stopped`,
    });
  const isThrough = run.reached?.phase === 'close' || run.reached?.phase === 'end';
  const after = run.reached?.phase === 'rest' ? run.reached.after : null;
  const rest = isThrough ? 0 : await countRest(tx, { id: run.id, after }, idWindow(run));
  const stopped = {
    ...withNotLookedAt(run, stop.reasonCode, rest),
    state: 'stopped' as const,
    endedAt: stop.at,
    reasonCode: stop.reasonCode,
    stoppedBy: stop.stoppedBy,
    retryAt: null,
  };
  await updateRun(tx, stopped);
  await recordEnded(tx, stopped, stop.actor, syncLog);
}
