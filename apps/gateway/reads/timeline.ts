import { busType, type DossierEventType } from '#dossier';
import { rfc3339, type Queryable } from '#platform';
import type { TimelineEvent } from '../schema/dossier';

export interface JournalEntryRow {
  seq: number;
  type: DossierEventType;
  at: Date;
  actor: { id: string; type: string };
  data: Record<string, unknown>;
}

/** A dossier's journal in its order, from the number after `after`. */
export async function readTimeline(
  tx: Queryable,
  dossierId: string,
  after: number,
  limit: number,
): Promise<JournalEntryRow[]> {
  return tx.query<JournalEntryRow>(
    'select seq, type, at, actor, data from journal where dossier_id = $1 and seq > $2 order by seq limit $3',
    [dossierId, after, limit],
  );
}

export function timelineEvent(row: JournalEntryRow): TimelineEvent {
  return {
    sequence: row.seq,
    type: busType(row.type),
    at: rfc3339(row.at),
    actor: { id: row.actor.id, type: row.actor.type },
    data: row.data,
  };
}
