import { DOSSIER, type KindFacts } from './kind-facts';

const BY_ITSELF = 'the reconciler';
/** What is different, and who has to do something. */
const VERDICT = ['reconciliationId', 'discrepancyId', 'class', 'cause', 'responsible', 'ours', 'theirs'] as const;

export const RECONCILIATION_FACTS = {
  'reconciliation.requested': {
    means: 'A person had our dossiers of a time (`startedAt`, `until`) compared with what a partner has.',
    actor: 'the operator',
    members: ['partner'],
    detail: ['reconciliationId', 'startedAt', 'until'],
  },
  'reconciliation.judged': {
    means:
      'A comparison found that a partner and we do not agree about a dossier; one entry for each dossier and run. Those that agree are counted in `reconciliation.finished`.',
    actor: BY_ITSELF,
    members: [...DOSSIER, 'partner'],
    detail: [...VERDICT, 'askedAt'],
  },
  'reconciliation.finished': {
    means:
      'A comparison ended. `outcome` is `finished`, or `stopped` before it had looked at everything (`reasonCode`); dossiers that were not looked at are counted, and never as agreeing. `code`: the failure for which it stopped or left the partner’s list.',
    actor: 'the reconciler, or the operator who stopped it',
    members: ['partner', 'outcome'],
    detail: ['reconciliationId', 'agreed', 'differing', 'unreadable', 'notLookedAt', 'calls', 'reasonCode', 'code'],
  },
  'reconciliation.skipped': {
    means: 'A comparison was due and was not made.',
    actor: BY_ITSELF,
    members: ['partner'],
    detail: ['reconciliationId', 'reasonCode', 'startedAt'],
  },
} satisfies Record<string, KindFacts>;
