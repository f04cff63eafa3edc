import { rfc3339, type Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import type { Reconciliation } from '../domain/reconciliation';

/** Who acts when nobody asked: journal and sync log name it so. */
export const RECONCILER = { id: 'reconciliation', type: 'system' } as const;

type Told = Pick<Reconciliation, 'id' | 'partner' | 'from' | 'to' | 'state' | 'counts' | 'reasonCode' | 'failureCode'>;

/** A person asked for it. */
export async function recordRequested(
  tx: Tx,
  { id, partner, from, to }: Pick<Told, 'id' | 'partner' | 'from' | 'to'>,
  actor: SyncLogActor,
  syncLog: Pick<SyncLog, 'append'>,
): Promise<void> {
  const detail = { reconciliationId: id, startedAt: rfc3339(from), until: rfc3339(to) };
  await syncLog.append(tx, [{ kind: 'reconciliation.requested', actor, partner, detail }]);
}

/** It ended: finished, or stopped before it had looked at everything. */
export async function recordEnded(
  tx: Tx,
  { id, partner, state, counts, reasonCode, failureCode }: Told,
  actor: SyncLogActor,
  syncLog: Pick<SyncLog, 'append'>,
): Promise<void> {
  const detail = {
    reconciliationId: id,
    ...counts,
    ...(reasonCode === null ? {} : { reasonCode }),
    ...(failureCode === null ? {} : { code: failureCode }),
  };
  await syncLog.append(tx, [{ kind: 'reconciliation.finished', actor, partner, outcome: state, detail }]);
}

/** It was due at `slot` and not made. */
export async function recordSkipped(
  tx: Tx,
  { id, partner, reasonCode, slot }: Pick<Told, 'id' | 'partner' | 'reasonCode'> & { slot: Date },
  syncLog: Pick<SyncLog, 'append'>,
): Promise<void> {
  const detail = { reconciliationId: id, reasonCode, startedAt: rfc3339(slot) };
  await syncLog.append(tx, [{ kind: 'reconciliation.skipped', actor: RECONCILER, partner, detail }]);
}
