import { feedItem, readEventsOfUnits, type FeedItem } from '#bus';
import type { Queryable } from '#platform';

/** The event log after a position, in order. With `units` only events of these communes: then positions have gaps (CONTRACTS §2). */
export async function readFeed(
  tx: Queryable,
  after: number,
  limit: number,
  units: readonly string[] | null,
): Promise<FeedItem[]> {
  return (await readEventsOfUnits(tx, { after, limit, units })).map(feedItem);
}
