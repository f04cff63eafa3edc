import { appendToOutbox } from '#bus';
import type { Clock, Ids, Tx } from '#platform';
import type { SyncLog, SyncLogActor, SyncLogKind } from '#synclog';
import type { Hold } from '../domain/hold';
import { holdEvent } from '../domain/hold-events';

export interface HoldRecordDeps {
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
}

/** Writes down what happened to a hold, in the transaction that made it true: sync log, and event log with its feed. */
export async function recordHold(
  tx: Tx,
  { kind, event, hold, actor }: { kind: SyncLogKind; event: string; hold: Hold; actor: SyncLogActor },
  { syncLog, clock, ids }: HoldRecordDeps,
): Promise<void> {
  appendToOutbox(tx, [holdEvent(event, hold, { eventId: ids.next(), at: clock.now() })]);
  await syncLog.append(tx, [
    {
      kind,
      actor,
      partner: hold.partner,
      ...(hold.dossierId === undefined ? {} : { dossierId: hold.dossierId }),
      ...(hold.operation === undefined ? {} : { operation: hold.operation }),
      ...(hold.unit === undefined ? {} : { unit: hold.unit }),
      detail: {
        holdId: hold.id,
        state: hold.state,
        startedAt: hold.startsAt.toISOString(),
        ...(hold.endsAt === null ? {} : { until: hold.endsAt.toISOString() }),
        ...(hold.releasePerSecond === null ? {} : { ratePerSecond: hold.releasePerSecond }),
      },
    },
  ]);
}
