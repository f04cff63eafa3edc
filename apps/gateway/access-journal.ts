import { limitsOf, type CredentialJournal, type LogInJournal } from '#access';
import type { SyncLog } from '#synclog';

const OPERATIONS: Readonly<Record<Parameters<CredentialJournal['record']>[1]['kind'], string>> = {
  'client-secret.issued': 'client-secret.issue',
  'client-secret.ended': 'client-secret.end',
  'client-certificate.added': 'client-certificate.add',
  'client-certificate.ended': 'client-certificate.end',
  'client.changed': 'client.limit',
};

/** Changes of what machines prove themselves by, and of their quotas, as sync log entries. */
export function credentialJournal(syncLog: SyncLog): CredentialJournal {
  return {
    record: async (tx, { kind, by: { by, addressDigest }, clientId, credentialId, until, quota }) => {
      await syncLog.append(tx, [
        {
          kind,
          actor: { id: by.clientId, type: by.kind, addressDigest },
          operation: OPERATIONS[kind],
          detail: { clientId, credentialId, until, ...(quota ? limitsOf(quota) : {}) },
        },
      ]);
    },
  };
}

/** Log-ins by client credentials as sync log entries (DESIGN §10). */
export function logInJournal(syncLog: SyncLog): LogInJournal {
  return {
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
  };
}
