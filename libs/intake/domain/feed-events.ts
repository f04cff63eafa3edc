/** On the bus's event log and in the feed only: an item has no dossier of its own (CONTRACTS §3). */
export const QUARANTINED_EVENT = 'vn.lienthong.item.quarantined.v1';

/** Schemas of the data of events without a dossier, by name; they belong to the closed list of the AsyncAPI document. */
export function feedOnlySchemas(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const text = { type: 'string', minLength: 1, maxLength: 200 };
  const properties = {
    itemId: { type: 'string', format: 'uuid' },
    source: text,
    stage: text,
    reasonCode: text,
    responsible: text,
  };
  return {
    [QUARANTINED_EVENT]: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: `${QUARANTINED_EVENT}.schema.json`,
      title: QUARANTINED_EVENT,
      type: 'object',
      additionalProperties: false,
      required: Object.keys(properties),
      properties,
    },
  };
}
