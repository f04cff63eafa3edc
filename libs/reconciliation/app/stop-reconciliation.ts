import { answerOnce } from '#access';
import { AppError, type Tx } from '#platform';
import { lockReconciliation, readReconciliation } from '../adapters/reconciliation-store';
import { RECONCILIATION_TRANSITIONS, type Reconciliation } from '../domain/reconciliation';
import { stopRun } from './end-run';
import type { ReconciliationCaller, ReconciliationDeps } from './request-reconciliation';

/** Ends a comparison where it is; what it has not looked at is counted so. A question under way is asked in vain.
 *  @throws AppError 404 `reconciliation-unknown`; 409 `reconciliation-ended` with its `state`, `idempotency-conflict` */
export async function stopReconciliation(
  id: string,
  by: ReconciliationCaller,
  deps: Pick<ReconciliationDeps, 'db' | 'syncLog' | 'clock'>,
): Promise<Reconciliation> {
  const at = deps.clock.now();
  const once = { clientId: by.actor.id, key: by.idempotencyKey, request: { stopReconciliation: id }, at };
  return deps.db.run(async (tx) => {
    await answerOnce(tx, once, () => stop(tx, id, at, { by, deps }));
    return (await readReconciliation(tx, id)) as Reconciliation;
  });
}

async function stop(
  tx: Tx,
  id: string,
  at: Date,
  { by: { actor }, deps }: { by: ReconciliationCaller; deps: Pick<ReconciliationDeps, 'syncLog'> },
): Promise<{ id: string }> {
  const run = await lockReconciliation(tx, id);
  if (!run)
    throw new AppError({
      code: 'reconciliation-unknown',
      disposition: 'refuse',
      status: 404,
      detail: 'no reconciliation with this id',
    });
  if (!RECONCILIATION_TRANSITIONS[run.state].includes('stopped'))
    throw new AppError({
      code: 'reconciliation-ended',
      disposition: 'refuse',
      status: 409,
      detail: 'it has ended already',
      extra: { state: run.state },
    });
  await stopRun(tx, run, { at, reasonCode: 'by-person', actor, stoppedBy: actor.id }, deps.syncLog);
  return { id };
}
