import { sequenceBatch } from '#bus';
import { uuidIds, type Clock, type Database } from '#platform';
import { createSyncLog } from '../../app/append-entries';
import type { SyncLogEntryInput } from '../../domain/entry';
import { sealBatch } from '../../sealing/app/seal-batch';

const BATCH = 2_000;

/** Writes these entries and numbers them. */
export async function appendNumbered(db: Database, clock: Clock, entries: readonly SyncLogEntryInput[]): Promise<void> {
  const log = createSyncLog({ ids: uuidIds, clock });
  await db.run((tx) => log.append(tx, entries));
  await sequenceBatch(db, entries.length);
}

/** Seals all that is numbered; indexes nothing. */
export async function sealAll(db: Database): Promise<void> {
  for (let sealed = BATCH; sealed === BATCH;) sealed = await sealBatch(db, BATCH);
}
