import { rfc3339, type Queryable } from '#platform';
import type { FeedItem } from '../schema/feed';

interface FeedRow {
  position: string;
  type: string;
  at: Date;
  dossier_id: string | null;
  codes: Record<string, unknown>;
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
  return rows.map((row) => ({
    position: Number(row.position),
    type: row.type,
    at: rfc3339(row.at),
    dossierId: row.dossier_id,
    codes: row.codes,
    data: row.data,
  }));
}
