import { DOSSIER, type KindFacts } from './kind-facts';

const PLAN = {
  members: ['contentDigest'],
  detail: ['planId', 'operation', 'scope', 'count', 'ratePerSecond', 'reasonCode', 'refs', 'state', 'code'],
} as const;
const STARTER = 'the operator, or the watch that made the plan';
const BY_ITSELF = 'the replay loop';

export const REPLAY_FACTS = {
  'replay.requested': { means: 'A replay plan was made; its selection is frozen.', actor: STARTER, ...PLAN },
  'replay.dry-run-requested': { means: 'The dry run of a plan was asked for.', actor: STARTER, ...PLAN },
  'replay.examined': { means: 'The dry run of a plan ended.', actor: BY_ITSELF, ...PLAN },
  'replay.approved': {
    means: 'A second person approved a plan, bound to the digest of what it does.',
    actor: 'the approver',
    ...PLAN,
  },
  'replay.started': { means: 'A plan was started.', actor: STARTER, ...PLAN },
  'replay.paused': { means: 'A plan was paused.', actor: 'the operator', ...PLAN },
  'replay.resumed': { means: 'A plan was resumed.', actor: 'the operator', ...PLAN },
  'replay.stopped': { means: 'A plan stopped itself; `code` says why.', actor: BY_ITSELF, ...PLAN },
  'replay.cancelled': { means: 'A plan was cancelled; what it had not done stays as it was.', actor: STARTER, ...PLAN },
  'replay.finished': { means: 'A plan came to its end.', actor: BY_ITSELF, ...PLAN },
  'delivery.replayed': {
    means: 'A plan put a message into its lane again; one entry for each.',
    actor: 'who started the plan',
    members: [...DOSSIER, 'partner', 'operation', 'outcome'],
    detail: ['contentRef', 'deliveryId', 'fromState', 'planId', 'reasonCode', 'refs', 'state', 'toState'],
  },
  'payload.edited': {
    means: 'A person had the content of a message corrected; before and after are kept.',
    actor: 'who released the plan with the edit',
    members: [...DOSSIER, 'partner', 'operation', 'contentDigest'],
    detail: ['deliveryId', 'field', 'planId', 'refs', 'scope'],
  },
  'watch.placed': {
    means: 'A group of dead letters is replayed when a probe succeeds.',
    actor: 'the operator',
    members: [],
    detail: ['watchId', 'operation', 'reasonCode'],
  },
  'watch.met': {
    means: 'A watch saw that its cause is gone, and made a plan.',
    actor: 'the watch',
    members: [],
    detail: ['watchId', 'planId'],
  },
  'watch.ended': { means: 'A watch was ended.', actor: 'the operator', members: [], detail: ['watchId'] },
} satisfies Record<string, KindFacts>;
