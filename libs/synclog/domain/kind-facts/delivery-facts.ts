import { DOSSIER, type KindFacts } from './kind-facts';

const COURIER = 'the courier';
const DELIVERY = [...DOSSIER, 'partner', 'operation', 'outcome'] as const;
const ATTEMPT = ['deliveryId', 'attemptId', 'attempt', 'durationMs', 'httpStatus', 'reasonCode', 'toState'] as const;
/** Of the call’s bytes: how it was answered on the wire, digest and place of request and answer, references in them. */
const CALL = [...ATTEMPT, 'wire', 'answerDigest', 'contentRef', 'refs', 'field'] as const;
const HOLD = {
  members: ['dossierId', 'partner', 'operation', 'unit'],
  detail: ['holdId', 'ratePerSecond', 'startedAt', 'state', 'until'],
} as const;

export const DELIVERY_FACTS = {
  'attempt.settled': {
    means:
      'A call to a partner ended, whatever came of it: acknowledgements and status pushes too. `rule` is the reply rule that judged the answer.',
    actor: COURIER,
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: CALL,
    share: 'out',
  },
  'attempt.refused-late': {
    means: 'A call was answered after its time was over; the answer is kept as evidence.',
    actor: COURIER,
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: CALL,
    share: 'out',
  },
  'probe.settled': {
    means: 'The partner was asked whether a call without an answer had arrived.',
    actor: COURIER,
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: CALL,
    share: 'out',
  },
  'delivery.settled': {
    means: 'A message is done, by evidence or by a replay plan and not by an attempt of its own.',
    actor: 'the person who decided or released the plan, or the part that saw the evidence',
    members: [...DELIVERY, 'rule'],
    detail: ['deliveryId', 'fromState', 'toState', 'planId', 'reasonCode', 'refs', 'scope'],
  },
  'delivery.dead-lettered': {
    means: 'Automatic handling of a message ended; its lane is parked.',
    actor: COURIER,
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: CALL,
  },
  'delivery.unresolved': {
    means: 'Nobody can tell whether a message arrived; a person has to classify it.',
    actor: COURIER,
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: CALL,
  },
  'delivery.cancelled': {
    means: 'An event made a message moot, or a person cancelled it.',
    actor: 'the part that saw the event, or the person',
    members: DELIVERY,
    detail: ['deliveryId', 'fromState', 'toState', 'planId', 'count', 'reasonCode'],
  },
  'delivery.classified': {
    means: 'A person, or a rule that a person made, said what came of a message.',
    actor: 'the operator, or the couriers that applied the rule',
    members: [...DELIVERY, 'rule'],
    detail: ['deliveryId', 'fromState', 'toState', 'reasonCode', 'refs', 'scope'],
  },
  'delivery.supplied': {
    means: 'A partner missed an earlier step; it is sent once more.',
    actor: COURIER,
    members: DELIVERY,
    detail: ['deliveryId', 'reasonCode', 'status'],
  },
  'discrepancy.found': {
    means: 'A partner and we do not agree about a dossier.',
    actor: 'the part that saw it',
    members: [...DELIVERY, 'contentDigest', 'rule'],
    detail: [...CALL, 'reconciliationId', 'discrepancyId', 'class', 'cause', 'responsible', 'ours', 'theirs'],
  },
  'discrepancy.closed': {
    means: 'A difference that a comparison had found was seen no more, or became another one.',
    actor: 'the reconciler',
    members: DELIVERY,
    detail: ['reconciliationId', 'discrepancyId', 'class', 'reasonCode'],
  },
  'reply-rules.changed': {
    means: 'A person made a rule for an answer of a partner.',
    actor: 'the operator',
    members: [...DELIVERY, 'rule'],
    detail: ['deliveryId'],
  },
  'hold.placed': { means: 'Sending was stopped, now or for a planned time.', actor: 'the operator', ...HOLD },
  'hold.released': {
    means: 'A hold was released; what waited drains in order.',
    actor: 'the operator, or the gateway at the planned time',
    ...HOLD,
  },
  'hold.reinstated': {
    means: 'A hold came back into force, since the drain failed.',
    actor: 'the gateway',
    ...HOLD,
  },
  'hold.ended': { means: 'The last of what a hold had stopped was sent.', actor: 'the gateway', ...HOLD },
  'payload.viewed': {
    means: 'A person read the content of a message, for a purpose.',
    actor: 'the operator',
    members: [...DELIVERY, 'purpose'],
    detail: ['attemptId', 'deliveryId', 'refs'],
  },
  'file.issued': {
    means: 'A link to a file was given to a partner. Reserved: this version writes the sending as `attempt.settled`.',
    actor: COURIER,
    members: DELIVERY,
    detail: ['refs', 'until'],
    share: 'out',
  },
  'file.fetched': {
    means: 'A partner fetched a file by its link.',
    actor: 'the partner',
    members: DELIVERY,
    detail: ['refs', 'sizeBytes'],
    share: 'out',
  },
  'file.refused': {
    means: 'A partner asked for a file and did not get it; `outcome` says why.',
    actor: 'the partner',
    members: DELIVERY,
    detail: ['refs', 'sizeBytes'],
    share: 'out',
  },
} satisfies Record<string, KindFacts>;
