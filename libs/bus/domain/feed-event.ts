import type { DomainEventRecord } from './event-record';

type Schema = Readonly<Record<string, unknown>>;

/** Schemas of events without a dossier that share one shape, by type; they belong to the closed list of the AsyncAPI document (CONTRACTS §3).
 *  @param required names among the properties that are always there */
export function feedEventSchemas(
  types: readonly string[],
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    types.map((type) => [
      type,
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $id: `${type}.schema.json`,
        title: type,
        type: 'object',
        additionalProperties: false,
        required,
        properties,
      },
    ]),
  );
}

/** An event that concerns no dossier and many units: told in event log and feed only. */
export function feedEvent(event: Pick<DomainEventRecord, 'eventId' | 'type' | 'at' | 'data'>): DomainEventRecord {
  return { ...event, dossierId: null, seq: null, unit: null, codes: {} };
}
