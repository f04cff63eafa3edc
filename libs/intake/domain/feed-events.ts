import { feedEventSchemas } from '#bus';

/** On the bus's event log and in the feed only: an item has no dossier of its own (CONTRACTS §3). */
export const QUARANTINED_EVENT = 'vn.lienthong.item.quarantined.v1';
/** Who was told that it is in quarantine is told that nothing will come of it. */
export const GIVEN_UP_EVENT = 'vn.lienthong.item.given-up.v1';

/** Schemas of the data of events without a dossier, by name; they belong to the closed list of the AsyncAPI document. */
export function feedOnlySchemas(): ReturnType<typeof feedEventSchemas> {
  const text = { type: 'string', minLength: 1, maxLength: 200 };
  const properties = {
    itemId: { type: 'string', format: 'uuid' },
    source: text,
    stage: text,
    reasonCode: text,
    responsible: text,
  };
  return feedEventSchemas([QUARANTINED_EVENT, GIVEN_UP_EVENT], properties, Object.keys(properties));
}
