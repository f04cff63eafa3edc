import { eventSchemas } from '#dossier';
import { holdEventSchemas } from '#delivery';
import { planEventSchemas } from '#replay';
import { feedOnlySchemas } from '#intake';
import { stringify } from 'yaml';

const HEADERS = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject', 'ce_sequence', 'content-type'],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', format: 'uuid' },
    ce_type: { type: 'string' },
    ce_source: { const: '/lienthong' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_subject: { type: 'string', format: 'uuid', description: 'Internal dossier id; also the key of the record.' },
    ce_sequence: {
      type: 'string',
      pattern: '^\\d+$',
      description: "The dossier's journal number. Keep the last one per dossier and ignore what is not newer.",
    },
    'content-type': { const: 'application/json' },
    traceparent: { type: 'string' },
  },
};

const messageName = (type: string): string => type.replace(/^vn\.lienthong\./, '').replace(/\.v1$/, '');

type Schemas = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function references(...lists: readonly Schemas[]): Record<string, unknown> {
  const types = lists.flatMap((schemas) => Object.keys(schemas));
  return Object.fromEntries(
    types.map((type) => [messageName(type), { $ref: `#/components/messages/${messageName(type)}` }]),
  );
}

function messages(schemas: Schemas, headers: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([type, payload]) => [messageName(type), { name: type, ...headers, payload }]),
  );
}

/** AsyncAPI 3.0 document of the topic `dossier.events` and of the feed, made from the event schemas: the closed list of
 *  types (CONTRACTS §3). Events without a dossier are in the feed only. */
export function asyncApiDocument(version: string): string {
  const onTopic = eventSchemas();
  const feedOnly = { ...feedOnlySchemas(), ...holdEventSchemas(), ...planEventSchemas() };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Liên Thông: dossier events',
      version,
      description:
        'One topic, 12 partitions, key = internal dossier id, CloudEvents 1.0 in binary mode. Events carry codes, statuses, digests and references, never personal data. Delivery is at least once.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      dossierEvents: {
        address: 'dossier.events',
        bindings: { kafka: { topic: 'dossier.events', partitions: 12 } },
        messages: references(onTopic),
      },
      feed: {
        address: '/api/v1/feed',
        description: 'All events by position, gap-free for clients without unit limits.',
        messages: references(onTopic, feedOnly),
      },
    },
    operations: {
      readDossierEvents: { action: 'receive', channel: { $ref: '#/channels/dossierEvents' } },
      readFeed: { action: 'receive', channel: { $ref: '#/channels/feed' } },
    },
    components: {
      messages: {
        ...messages(onTopic, { headers: { $ref: '#/components/schemas/cloudEventHeaders' } }),
        ...messages(feedOnly, {}),
      },
      schemas: { cloudEventHeaders: HEADERS },
    },
  };
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 120 });
}
