import { feedItem, type EventCodes, type FeedItem } from '#bus';
import type { Queryable } from '#platform';

interface FeedRow {
  position: string;
  type: string;
  at: Date;
  dossier_id: string | null;
  codes: EventCodes;
  data: Record<string, unknown>;
}

/** The event log after a position, in order. With `units` only events of these communes: then positions have gaps (CONTRACTS §2). */
export async function readFeed(
  tx: Queryable,
  after: number,
  limit: number,
  units: readonly string[] | null,
): Promise<FeedItem[]> {
  const rows = await tx.query<FeedRow>(
    `select position, type, at, dossier_id, codes, data from event_log
     where position > $1 and ($3::text[] is null or unit = any($3)) order by position limit $2`,
    [after, limit, units],
  );
  return rows.map(({ position, dossier_id: dossierId, ...row }) =>
    feedItem({ ...row, position: Number(position), dossierId }),
  );
}
