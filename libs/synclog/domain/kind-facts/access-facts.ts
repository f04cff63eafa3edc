import type { SyncLogDetailKey } from '../detail';
import { DOSSIER, type KindFacts } from './kind-facts';

const SELF = 'the account itself';
const ADMINISTRATOR = 'the administrator';
const OPERATOR = 'the operator';
const SYSTEM = 'the gateway';
const NONE: readonly SyncLogDetailKey[] = [];
const CHANGE = {
  members: ['operation'],
  detail: [
    'clientId',
    'operation',
    'requestId',
    'roles',
    'units',
    'addressCount',
    'operationCount',
    'perMinute',
    'perDay',
    'setDigest',
    'until',
  ],
} as const;
const CREDENTIAL = { members: ['operation'], detail: ['clientId', 'credentialId', 'until'] } as const;
const WEBHOOK = { members: ['operation'], detail: ['webhookId', 'reasonCode', 'position', 'keyId'] } as const;
const REQUEST: readonly SyncLogDetailKey[] = ['requestId', 'setDigest', 'count', 'refs', 'until', 'clientId'];
const LEGAL_HOLD = { members: DOSSIER, detail: ['holdId', 'clientId', 'until'] } as const;

export const ACCESS_FACTS = {
  'log-in.succeeded': {
    means: 'A person or a machine logged in.',
    actor: SELF,
    members: ['operation'],
    detail: ['reasonCode'],
  },
  'log-in.failed': {
    means: 'A log-in failed; `reasonCode` says why.',
    actor: 'the account that was named; `unknown` when there is none',
    members: ['operation'],
    detail: ['reasonCode'],
  },
  'session.ended': {
    means: 'A person logged out, or was.',
    actor: SELF,
    members: ['operation'],
    detail: ['reasonCode'],
  },
  'password.changed': { means: 'A person set another password.', actor: SELF, members: ['operation'], detail: NONE },
  'totp.enrolled': { means: 'A person set up one-time codes.', actor: SELF, members: ['operation'], detail: NONE },
  'account.locked': {
    means: 'An account was locked for a time after failed log-ins.',
    actor: 'the account that was named',
    members: ['operation'],
    detail: ['until'],
  },
  'account.reviewed': {
    means: 'An administrator looked at an account and left it as it is.',
    actor: ADMINISTRATOR,
    members: ['operation'],
    detail: ['clientId', 'reasonCode', 'until'],
  },
  'account.proposed': { means: 'A change of an account was proposed.', actor: ADMINISTRATOR, ...CHANGE },
  'account.confirmed': {
    means: 'A second administrator confirmed a change; the entry of what it did follows.',
    actor: 'the second administrator',
    ...CHANGE,
  },
  'account.declined': {
    means: 'An administrator declined a change, or a disabling took its place (`superseded`).',
    actor: 'the administrator',
    members: ['operation'],
    detail: [...CHANGE.detail, 'reasonCode'],
  },
  'account.expired': { means: 'Nobody confirmed a change in time.', actor: SYSTEM, ...CHANGE },
  'client.created': {
    means: 'An account or a client was made.',
    actor: 'the second administrator; `host` for those that an installation begins with',
    ...CHANGE,
  },
  'client.changed': {
    means: 'Roles, communes, log-in or quota of an account were changed.',
    actor: 'the administrator; for roles and communes the second one',
    members: ['operation'],
    detail: [...CHANGE.detail, 'credentialId'],
  },
  'client.disabled': {
    means: 'An account was disabled, by two administrators or because nobody had used it for long.',
    actor: 'the second administrator, or the gateway',
    members: ['operation'],
    detail: [...CHANGE.detail, 'reasonCode'],
  },
  'client-secret.issued': {
    means: 'A machine was given its next secret.',
    actor: 'the administrator; `host` for one out of credentials.json, which counts for people too',
    ...CREDENTIAL,
  },
  'client-secret.ended': { means: 'A secret of a machine was ended.', actor: ADMINISTRATOR, ...CREDENTIAL },
  'client-certificate.added': {
    means: 'A certificate stands for a machine from now on.',
    actor: ADMINISTRATOR,
    ...CREDENTIAL,
  },
  'client-certificate.ended': {
    means: 'A certificate stands for a machine no more.',
    actor: ADMINISTRATOR,
    ...CREDENTIAL,
  },
  'webhook.stopped': {
    means: 'A webhook was stopped, by a person or by itself; events wait.',
    actor: `${OPERATOR}, or the webhook`,
    ...WEBHOOK,
  },
  'webhook.resumed': { means: 'A stopped webhook goes on where it was.', actor: OPERATOR, ...WEBHOOK },
  'webhook.skipped': {
    means: 'A receiver goes without the event at this `position` of the feed, because a person said so.',
    actor: OPERATOR,
    ...WEBHOOK,
  },
  'webhook-key.changed': { means: 'A webhook signs with another key.', actor: 'the webhook', ...WEBHOOK },
  'key.rotated': {
    means: 'The vault has another master key; it wraps what is stored from now on.',
    actor: 'the vault',
    members: [],
    detail: ['keyId', 'previousKeyId'],
  },
  'key.retired': {
    means: 'A master key wraps nothing any more, and was taken out of use.',
    actor: 'the vault',
    members: [],
    detail: ['keyId'],
  },
} satisfies Record<string, KindFacts>;

export const PRIVACY_FACTS = {
  'personal-data.viewed': {
    means:
      'Personal data of a dossier was shown to a person, for a purpose; `fields` names the fields, never their values.',
    actor: 'who saw it',
    members: [...DOSSIER, 'operation', 'purpose'],
    detail: ['fields', 'count', 'refs', 'sensitive', 'sizeBytes', 'startedAt', 'until', 'viewId'],
    share: 'out',
  },
  'personal-data.exported': {
    means: 'The personal data of a dossier was taken, as its person had asked.',
    actor: 'who wrote the request down',
    members: [...DOSSIER, 'operation', 'purpose'],
    detail: ['requestId', 'count'],
    share: 'out',
  },
  'personal-data.erased': {
    means: 'The content of a dossier was erased for good. The entries about it stay, and go on to verify.',
    actor: 'the approver',
    members: [...DOSSIER, 'operation', 'purpose'],
    detail: ['requestId', 'clientId'],
  },
  'person.searched': {
    means: 'Somebody searched for the dossiers of a person, for a purpose.',
    actor: 'who searched',
    members: ['operation', 'purpose'],
    detail: ['count', 'refs', 'viewId'],
  },
  'person-request.made': {
    means: 'A person’s request for their data, or for its erasure, was written down.',
    actor: 'who wrote it down',
    members: ['operation', 'purpose'],
    detail: REQUEST,
  },
  'person-request.approved': {
    means: 'A second person approved such a request.',
    actor: 'the approver',
    members: ['operation', 'purpose'],
    detail: REQUEST,
  },
  'person-request.withdrawn': {
    means: 'Who wrote such a request down took it back before anybody approved it.',
    actor: 'who wrote it down',
    members: ['operation', 'purpose'],
    detail: ['requestId', 'setDigest', 'count'],
  },
  'legal-hold.placed': { means: 'The content of a dossier may not be erased.', actor: 'who placed it', ...LEGAL_HOLD },
  'legal-hold.lift-requested': {
    means: 'Somebody asked for a legal hold to be lifted.',
    actor: 'who asked',
    ...LEGAL_HOLD,
  },
  'legal-hold.lifted': { means: 'A second person lifted a legal hold.', actor: 'the approver', ...LEGAL_HOLD },
} satisfies Record<string, KindFacts>;

export const OPERATION_FACTS = {
  'configuration.loaded': {
    means: 'A part of the product started with files of configuration that differ from those that it had before.',
    actor: 'the part',
    members: [],
    detail: ['setDigest', 'count', 'refs'],
  },
  'sync-log.exported': {
    means: 'Entries of this log were taken away: lines, an evidence file, or bundles of the whole log (once an hour).',
    actor: 'who took them',
    members: ['codes', 'purpose'],
    detail: ['format', 'filters', 'units', 'fromIndex', 'toIndex'],
    share: 'out',
  },
  'sync-log.archived': {
    means:
      'The entries of a month leave the database; the archive holds every entry before `toIndex`, and the tree goes on to prove them.',
    actor: 'who ran the command; `host` when nobody was named',
    members: [],
    detail: ['month', 'toIndex'],
  },
  'log-key.rotated': {
    means: 'The log has another key. The entry holds the whole statement: keys, signatures, size, times.',
    actor: 'who ran the command; `host` when nobody was named',
    members: [],
    detail: ['oldKey', 'newKey', 'fromIndex', 'startedAt', 'until', 'signatures'],
  },
} satisfies Record<string, KindFacts>;
