import type { AccountJournal, LogInJournal } from '#access';
import type { SyncLog } from '#synclog';

/** Log-ins and changes of accounts as sync log entries (DESIGN §10). */
export function accessJournals(syncLog: SyncLog): { logIns: LogInJournal; accounts: AccountJournal } {
  return {
    logIns: {
      record: async (tx, { kind, client, addressDigest, reason }) => {
        const actor = client ? { id: client.id, type: client.kind } : { id: 'unknown', type: 'machine' as const };
        await syncLog.append(tx, [
          {
            kind,
            actor: { ...actor, addressDigest },
            operation: 'token.issue',
            ...(reason ? { detail: { reasonCode: reason } } : {}),
          },
        ]);
      },
    },
    accounts: {
      record: async (tx, { kind, by, clientId, roles, units }) => {
        const operation = kind === 'client.created' ? 'client.create' : 'client.disable';
        await syncLog.append(tx, [
          {
            kind,
            actor: { id: by.clientId, type: by.kind },
            operation,
            detail: { clientId, ...(roles ? { roles } : {}), ...(units ? { units } : {}) },
          },
        ]);
      },
    },
  };
}
