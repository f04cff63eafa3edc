import type { Tx } from '#platform';
import { isLoggableCode, type SyncLogActor } from '#synclog';
import { lockItem, reopenItem, type RerunItem } from '../adapters/quarantine-store';
import type { IntakeDeps } from './intake-deps';
import { resolveQuarantined } from './quarantine';

export const RERUN_ACTOR: SyncLogActor = { id: 'quarantine.rerun', type: 'system' };

/** Why an item is still broken; no citizen's data. */
export interface StillBroken {
  stage: string;
  code: string;
  reason: string;
  field?: string;
  responsible: string;
  /** Commune as the source wrote it, five digits. */
  unit?: string | null;
}

export type RerunEnd = 'resolved' | 'open';

/** True when the item is still to be run again; it stays locked until the transaction ends. Races: another worker runs it too, or the
 *  next list brought its code through. Whoever comes second finds the state changed. */
export async function isStillToRun(tx: Tx, { id }: Pick<RerunItem, 'id'>): Promise<boolean> {
  return (await lockItem(tx, id)) === 'rerun';
}

export async function resolve(tx: Tx, item: RerunItem, deps: IntakeDeps): Promise<RerunEnd> {
  const entries = await resolveQuarantined(tx, [item.id], { clock: deps.clock, actor: RERUN_ACTOR });
  await deps.syncLog.append(tx, entries);
  return 'resolved';
}

export async function reopen(tx: Tx, item: RerunItem, broken: StillBroken, deps: IntakeDeps): Promise<RerunEnd> {
  const { stage, code: reasonCode, reason, field = null, responsible, unit = item.unit } = broken;
  await reopenItem(tx, item.id, { stage, reasonCode, reason, field, responsible, unit });
  await deps.syncLog.append(tx, [
    {
      kind: 'item.quarantined',
      actor: RERUN_ACTOR,
      codes: item.code === null ? [] : [item.code],
      partner: item.source,
      detail: {
        itemId: item.id,
        stage,
        reasonCode,
        responsible,
        ...(field !== null && isLoggableCode(field) ? { field } : {}),
      },
    },
  ]);
  return 'open';
}
