import type { SyncLog, SyncLogActor, SyncLogEntryInput, SyncLogKind } from '#synclog';
import type { ChangeKind } from '../domain/access-change';
import type { PeopleJournal, PersonEvent } from '../ports';
import { accessDetail } from './access-detail';

/** What a confirmed change did to the account. */
const EFFECTS: Readonly<Record<ChangeKind, SyncLogKind>> = {
  'create-client': 'client.created',
  'create-account': 'client.created',
  'set-access': 'client.changed',
  disable: 'client.disabled',
  enable: 'client.changed',
  'reset-password': 'client.changed',
  'reset-totp': 'client.changed',
  'link-oidc': 'client.changed',
};

const OPERATIONS = {
  'account.proposed': 'access.propose',
  'account.confirmed': 'access.confirm',
  'account.declined': 'access.decline',
  'account.expired': 'account.sweep',
} as const;

type ChangeEntry = Parameters<PeopleJournal['change']>[1];

/** Log-ins of people, and changes of access at each of their steps, as sync log entries (DESIGN §10). Accounts are named by their ids; user names
 *  and the reasons that administrators give stay out. */
export function peopleJournal(syncLog: SyncLog): PeopleJournal {
  return {
    record: async (tx, event) => void (await syncLog.append(tx, [entryOf(event)])),
    change: async (tx, entry) => void (await syncLog.append(tx, entriesOf(entry))),
  };
}

function entryOf(event: PersonEvent): SyncLogEntryInput {
  const { kind, operation, reason, until, about } = event;
  const detail = {
    ...(about === undefined ? {} : { clientId: about }),
    ...(reason === undefined ? {} : { reasonCode: reason }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
  };
  return { kind, actor: actorOf(event), operation, ...(Object.keys(detail).length === 0 ? {} : { detail }) };
}

function actorOf({ client, addressDigest, bySystem }: PersonEvent): SyncLogActor {
  if (bySystem) return { id: 'gateway', type: 'system' };
  return { id: client?.id ?? 'unknown', type: client?.kind ?? 'person', addressDigest };
}

function entriesOf({ kind, change, by, reason }: ChangeEntry): SyncLogEntryInput[] {
  const { id: requestId, clientId, kind: operation, content } = change;
  const actor: SyncLogActor = by
    ? { id: by.clientId, type: by.kind, addressDigest: by.addressDigest }
    : { id: 'gateway', type: 'system' };
  const about = { requestId, clientId, operation, ...accessDetail(content) };
  const step: SyncLogEntryInput = {
    kind,
    actor,
    operation: OPERATIONS[kind],
    detail: {
      ...about,
      until: change.expiresAt.toISOString(),
      ...(reason === undefined ? {} : { reasonCode: reason }),
    },
  };
  if (kind !== 'account.confirmed') return [step];
  return [step, { kind: EFFECTS[operation], actor, operation: OPERATIONS[kind], detail: about }];
}
