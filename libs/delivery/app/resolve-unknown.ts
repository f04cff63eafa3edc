import { isMoot, type Actor, type DossierState } from '#dossier';
import type { Clock, Tx } from '#platform';
import type { SyncLog, SyncLogActor, SyncLogEntryInput } from '#synclog';
import { writeResolved, type ResolvedRow } from '../adapters/standing-deliveries';
import { commandOfResolution, statusAfter, type Resolution } from '../domain/classification';
import { assertTransition } from '../domain/transitions';
import { clearMetAttention } from './clear-met-attention';
import { refreshLanes } from './refresh-lanes';
import type { ApplyOutcomes } from './settlement-deps';

export interface ResolveDeps {
  applyOutcomes: ApplyOutcomes;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
}

/** Who resolves, as journal and sync log name it, and the dossiers that the transaction holds. */
export interface Resolver {
  actor: Actor & SyncLogActor;
  dossiers: ReadonlyMap<string, DossierState | null>;
  /** How the sync log names it. @default 'delivery.classified' */
  kind?: 'delivery.classified' | 'delivery.settled';
  /** Into the entry's detail, beside delivery and states. */
  detail?: Pick<NonNullable<SyncLogEntryInput['detail']>, 'scope' | 'refs' | 'planId'>;
}

/** Ends the waiting of unknown or given-up deliveries by somebody's word or by what was seen at the partner: delivery, lane, journal, outbox and sync log in the caller's transaction,
 *  which holds the dossiers' locks and then the lanes'. Ring `outbox` and `lanes` after the commit. */
export async function resolveUnknown(
  tx: Tx,
  resolutions: readonly Resolution[],
  by: Resolver,
  deps: ResolveDeps,
): Promise<void> {
  if (resolutions.length === 0) return;
  const now = deps.clock.now();
  const rows = resolutions.map((one) => rowOf(one, by.dossiers.get(one.delivery.dossierId) ?? null, now));
  await deps.applyOutcomes(
    tx,
    resolutions.flatMap((one) => {
      const command = commandOfResolution(one, now);
      return command === undefined ? [] : [{ dossierId: one.delivery.dossierId, command, actor: by.actor }];
    }),
    by.dossiers,
  );
  await writeResolved(tx, rows);
  refreshLanes(
    tx,
    resolutions.map((one) => one.delivery),
  );
  await clearMetAttention(
    tx,
    [...new Set(resolutions.map((one) => one.delivery.dossierId))],
    { actor: by.actor },
    deps,
  );
  await deps.syncLog.append(
    tx,
    resolutions.map((one, at) => entryOf(one, rows[at], by)),
  );
}

function rowOf(
  { delivery, outcome, reasonCode, rule }: Resolution,
  dossier: DossierState | null,
  now: Date,
): ResolvedRow {
  const planned = { partner: delivery.partner, operation: delivery.operation, step: 0, facts: delivery.facts };
  const status = statusAfter(outcome, dossier !== null && isMoot(planned, dossier));
  assertTransition(delivery.status, status);
  const isEnded = status === 'settled' || status === 'cancelled';
  return {
    id: delivery.id,
    status,
    outcome,
    reason_code: reasonCode,
    rule_id: rule?.id ?? null,
    rule_version: rule?.version ?? null,
    due_at: status === 'waiting' ? now : null,
    settled_at: isEnded ? now : null,
  };
}

function entryOf(
  { delivery, outcome, reasonCode, rule }: Resolution,
  row: ResolvedRow,
  by: Resolver,
): SyncLogEntryInput {
  return {
    kind: by.kind ?? 'delivery.classified',
    actor: by.actor,
    dossierId: delivery.dossierId,
    partner: delivery.partner,
    operation: delivery.operation,
    unit: delivery.unit,
    procedure: delivery.procedure,
    outcome,
    ...(rule ? { rule } : {}),
    detail: { deliveryId: delivery.id, fromState: delivery.status, toState: row.status, reasonCode, ...by.detail },
  };
}
