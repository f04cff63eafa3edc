import { DOSSIER, type KindFacts } from './kind-facts';

const SOURCE = 'the poller of the source, or the client of our API that handed it over';
const MESSAGE = ['dossierId', 'codes', 'partner', 'unit', 'contentDigest'] as const;

export const INTAKE_FACTS = {
  'dossier.received': {
    means: 'A dossier came in and was stored, before anybody was told so.',
    actor: SOURCE,
    members: MESSAGE,
    detail: ['messageId'],
    share: 'in',
  },
  'supplement.received': {
    means: 'The changed dossier came in while a supplement was awaited.',
    actor: SOURCE,
    members: MESSAGE,
    detail: ['messageId'],
    share: 'in',
  },
  'duplicate.received': {
    means: 'Content that we hold came in once more; nothing was changed.',
    actor: SOURCE,
    members: [...MESSAGE, 'operation'],
    detail: ['messageId'],
    share: 'in',
  },
  'conflict.recorded': {
    means: 'Other content came in for a dossier that awaits none; it is stored for a person.',
    actor: SOURCE,
    members: MESSAGE,
    detail: ['messageId'],
    share: 'in',
  },
  'item.quarantined': {
    means: 'What came in was not understood: a stage of decoding failed. It is stored and not acknowledged.',
    actor: SOURCE,
    members: ['codes', 'partner', 'unit'],
    detail: ['itemId', 'stage', 'reasonCode', 'responsible', 'messageId', 'field'],
    share: 'in',
  },
  'item.rerun': {
    means: 'A quarantined item was put to run again from its stored bytes.',
    actor: 'the operator',
    members: ['codes', 'partner', 'unit'],
    detail: ['itemId', 'stage', 'reasonCode'],
  },
  'item.resolved': {
    means: 'A quarantined item was understood, or its code came through after all.',
    actor: SOURCE,
    members: ['codes', 'partner', 'unit'],
    detail: ['itemId'],
  },
  'item.given-up': {
    means: 'A quarantined item was given up; one entry for each item of the request.',
    actor: 'the approver',
    members: ['codes', 'partner', 'unit'],
    detail: ['itemId', 'reasonCode', 'requestId', 'stage'],
  },
  'give-up.requested': {
    means: 'Somebody asked to give up quarantined items.',
    actor: 'the operator',
    members: [],
    detail: ['count', 'reasonCodes', 'refs', 'requestId', 'setDigest', 'until'],
  },
  'give-up.approved': {
    means: 'A second person approved that quarantined items are given up.',
    actor: 'the approver',
    members: [],
    detail: ['clientId', 'count', 'requestId', 'setDigest', 'skipped'],
  },
  'give-up.withdrawn': {
    means: 'Who had asked to give up quarantined items took the request back before anybody approved it.',
    actor: 'the operator who had asked',
    members: [],
    detail: ['count', 'requestId', 'setDigest'],
  },
  'registry-result.received': {
    means: 'hộ tịch reported a status or a result, or a person linked a registration that was made by hand.',
    actor: 'the poller of hộ tịch, or the person who released the plan of the link',
    members: [...DOSSIER, 'partner', 'contentDigest'],
    detail: ['status', 'askedAt', 'eventTypes', 'contentRef', 'planId', 'scope'],
    share: 'in',
  },
  'decision.received': {
    means: 'The one-stop handed over an officer’s decision, and it was allowed.',
    actor: 'the client of the one-stop, or the poller of its list',
    members: [...DOSSIER, 'operation', 'contentDigest'],
    detail: ['decidedAt', 'decision', 'state'],
    share: 'in',
  },
  'decision.refused': {
    means: 'The one-stop handed over a decision that the state of the dossier does not allow.',
    actor: 'the client of the one-stop, or the poller of its list',
    members: [...DOSSIER, 'operation', 'outcome', 'contentDigest'],
    detail: ['decidedAt', 'decision', 'state'],
    share: 'in',
  },
  'dossier.routing-blocked': {
    means: 'What follows from the events of a dossier could not be told; only this dossier waits.',
    actor: 'the router',
    members: DOSSIER,
    detail: ['reasonCode'],
  },
} satisfies Record<string, KindFacts>;
