import { busType, DOSSIER_EVENT_TYPES, DOSSIER_STATES, type DossierEventType } from './events';

/** A JSON Schema (draft 7) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 200 };
const instant: JsonSchema = { type: 'string', format: 'date-time' };
const ref: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'Reference of a sealed object in the vault.',
};
const digest: JsonSchema = { type: 'string', minLength: 1, maxLength: 128 };
const round: JsonSchema = { type: 'integer', minimum: 0, description: 'Supplement rounds received.' };
const partner: JsonSchema = { enum: ['dvclt', 'hotich', 'dvcqg', 'onestop'] };
const authority: JsonSchema = { enum: ['one-stop', 'registry'] };
const status: JsonSchema = { type: 'integer', minimum: 1, maximum: 10 };
const code: JsonSchema = { type: 'string', pattern: '^[a-z0-9][a-zA-Z0-9.:_-]*$', maxLength: 200 };

interface Shape {
  required: Readonly<Record<string, JsonSchema>>;
  optional?: Readonly<Record<string, JsonSchema>>;
}

const decided: Shape = { required: { decidedAt: instant }, optional: { officerRef: ref } };
const delivery: Shape = { required: { partner, operation: text, deliveryId: text, reasonCode: text } };

function plus(base: Shape, required: Shape['required']): Shape {
  return { required: { ...base.required, ...required }, optional: base.optional };
}

/** The closed list of shapes, one per event type; a test holds it against the journal of a whole run. */
const SHAPES: Readonly<Record<DossierEventType, Shape>> = {
  'dossier.received': {
    required: {
      procedure: text,
      module: { enum: ['KS', 'KT'] },
      procedureCode: text,
      localProcedureCode: text,
      unit: { type: 'string', pattern: '^\\d{5}$' },
      receivedAt: instant,
      dueAt: instant,
      source: { enum: ['dvclt', 'onestop'] },
      dvcltCode: text,
      contentRef: ref,
      contentDigest: digest,
      legs: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['leg', 'authority'],
          properties: { leg: text, authority: text, dueAt: instant },
        },
      },
    },
  },
  'listing.repeated': { required: { round } },
  'supplement.received': { required: { contentRef: ref, contentDigest: digest, round } },
  'supplement.overdue': { required: { deadline: instant } },
  'receipt.acknowledged': { required: { round } },
  'one-stop-code.assigned': { required: { oneStopCode: text, via: { enum: ['hand-over', 'decision', 'filing'] } } },
  'dossier.accepted': decided,
  'supplement.requested': plus(decided, { by: authority, deadline: instant }),
  'dossier.refused': plus(decided, { by: authority }),
  'dossier.withdrawn': decided,
  'dossier.stopped': decided,
  'fee.required': decided,
  'result.handed-over': decided,
  'registration.submitted': { required: { at: instant, repeat: { type: 'boolean' } } },
  'registry-status.reported': { required: { status, at: instant } },
  'registration.completed': plus(decided, { registryCode: text, resultRef: ref, resultDigest: digest }),
  'partner-status.confirmed': { required: { partner, status, outcome: { enum: ['accepted', 'already-applied'] } } },
  'portal-dossier.found': { required: { via: text } },
  'conflict.recorded': { required: { reason: code }, optional: { messageId: text, contentDigest: digest } },
  'discrepancy.found': { required: { partner, class: code } },
  'discrepancy.closed': { required: { partner, class: code } },
  'delivery.dead-lettered': delivery,
  'delivery.unresolved': delivery,
  'attention.cleared': { required: { reason: code } },
};

/** Members that every event on the bus carries beside its own (recordOf in apply-commands). */
const COMMON: Readonly<Record<string, JsonSchema>> = {
  unit: { type: 'string', pattern: '^\\d{5}$' },
  codes: {
    type: 'object',
    additionalProperties: false,
    required: ['dvclt'],
    properties: { dvclt: text, oneStop: text, registry: { type: 'array', items: text } },
    description: 'Codes of the dossier at the partners, as far as known at the time of the event.',
  },
  state: { enum: [...DOSSIER_STATES], description: 'State of the dossier after the event.' },
  procedure: text,
  receivedDay: { type: 'string', format: 'date', description: 'Local day of receipt.' },
};

/** Schema of the value of one event type on the topic `dossier.events`. */
export function eventSchema(type: DossierEventType): JsonSchema {
  const { required, optional = {} } = SHAPES[type];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `${busType(type)}.schema.json`,
    title: busType(type),
    type: 'object',
    additionalProperties: false,
    required: [...new Set([...Object.keys(required), ...Object.keys(COMMON)])],
    properties: { ...optional, ...COMMON, ...required },
  };
}

/** All schemas by name on the bus. */
export function eventSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(DOSSIER_EVENT_TYPES.map((type) => [busType(type), eventSchema(type)]));
}
