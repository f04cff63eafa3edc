import type { Database } from '#platform';
import type { SyncLog } from '#synclog';
import { HOST } from './host-actor';

/** With fewer, nothing of accounts can be changed any more: each change needs a second administrator. */
const NEEDED = 2;

/** When time (45 idle days) has left an installation without two administrators, whoever rules its host gives it back the two of credentials.json.
 *  Each is an entry of the sync log. Does nothing otherwise, whatever else is disabled.
 *  @returns the accounts that were enabled */
export async function restoreAdministrators(
  { db, syncLog }: { db: Database; syncLog: SyncLog },
  accounts: readonly string[],
): Promise<string[]> {
  return db.run(async (tx) => {
    const enabled = (await tx.query<{ id: string }>(RESTORE, [accounts, NEEDED])).map(({ id }) => id);
    if (enabled.length === 0) return [];
    tx.send('update account set active_at = now() where client_id = any($1)', [enabled]);
    const reasonCode = 'administrators-needed';
    await syncLog.append(
      tx,
      enabled.map((clientId) => ({ kind: 'client.changed' as const, actor: HOST, detail: { clientId, reasonCode } })),
    );
    return enabled;
  });
}

const RESTORE = `
update client set disabled_at = null, suspended_until = null
where id = any($1) and disabled_at is not null and 'administrator' = any(roles)
  and (select count(*) from client a where a.kind = 'person' and a.disabled_at is null and 'administrator' = any(a.roles)) < $2
returning id`;
