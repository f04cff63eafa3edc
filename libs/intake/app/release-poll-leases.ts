import type { Database } from '#platform';

/** Frees what an earlier process of this worker id had under way: whoever starts it again has seen it end (DESIGN §7), so a killed worker's turn at
 *  the list and its polls of hộ tịch do not wait for their leases. A poll changes nothing before it is stored, and what it wanted to store is gone. */
export async function releasePollLeases(db: Pick<Database, 'run'>, workerId: string): Promise<void> {
  await db.run(async (tx) => {
    await tx.execute('update poller set lease_owner = null, lease_until = null where lease_owner = $1', [workerId]);
    await tx.execute('update registry_watch set lease_owner = null, lease_until = null where lease_owner = $1', [
      workerId,
    ]);
  });
}
