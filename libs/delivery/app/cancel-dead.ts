import type { Actor } from '#dossier';
import type { Clock, Tx } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import type { StandingDelivery } from '../domain/classification';
import { clearMetAttention } from './clear-met-attention';
import { refreshLanes } from './refresh-lanes';
import type { ApplyOutcomes } from './settlement-deps';

export interface CancelDeps {
  applyOutcomes: ApplyOutcomes;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
}

/** Gives dead letters up by people's word: they are never sent, and what stands behind them goes on. Delivery, lane, journal and sync log in the
 *  caller's transaction, which holds the dossiers' locks and then the lanes', and has seen that each is dead. */
export async function cancelDead(
  tx: Tx,
  deliveries: readonly StandingDelivery[],
  by: { actor: Actor & SyncLogActor; planId: string },
  deps: CancelDeps,
): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.execute(
    `update delivery set status = 'cancelled', reason_code = 'given-up.by-people', settled_at = $2, due_at = null
     where id = any($1::uuid[]) and status = 'dead'`,
    [deliveries.map((one) => one.id), deps.clock.now()],
  );
  refreshLanes(tx, deliveries);
  await clearMetAttention(tx, [...new Set(deliveries.map((one) => one.dossierId))], { actor: by.actor }, deps);
  await deps.syncLog.append(
    tx,
    deliveries.map((one) => ({
      kind: 'delivery.cancelled',
      actor: by.actor,
      dossierId: one.dossierId,
      partner: one.partner,
      operation: one.operation,
      unit: one.unit,
      procedure: one.procedure,
      detail: { deliveryId: one.id, fromState: one.status, toState: 'cancelled', planId: by.planId },
    })),
  );
}
