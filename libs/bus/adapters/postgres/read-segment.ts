import type { Database } from '#platform';
import { readEventLog } from '../../app/read-event-log';
import type { LoggedEvent } from '../../domain/event-record';
import { partitionOf } from '../../domain/partition-of';

/** A piece of the event log for the partitions that stand at the same position. */
export interface Segment {
  byPartition: Map<number, LoggedEvent[]>;
  /** Everything up to here was looked at. */
  scannedTo: number;
}

/** Partitions that stand at one position of the log. */
export interface Cohort {
  position: number;
  partitions: number[];
}

/** Partitions by the position where they stand, lowest first: each cohort reads the log once. */
export function cohorts(cursors: ReadonlyMap<number, number>): Cohort[] {
  const byPosition = new Map<number, number[]>();
  for (const [partition, position] of cursors)
    byPosition.set(position, [...(byPosition.get(position) ?? []), partition]);
  return [...byPosition]
    .map(([position, partitions]) => ({ position, partitions }))
    .sort((one, other) => one.position - other.position);
}

/** Reads at most `limit` events behind `after`, and none behind `upTo`: a cohort that lags stops where the next one stands, and they go on as one. */
export async function readSegment(db: Database, after: number, upTo: number, limit: number): Promise<Segment> {
  // Positions have no gaps: so many events are exactly those up to `upTo`.
  const events = await readEventLog(db, after, Math.min(limit, upTo - after));
  const byPartition = new Map<number, LoggedEvent[]>();
  for (const event of events) {
    if (event.dossierId === null) continue;
    const partition = partitionOf(event.dossierId);
    const earlier = byPartition.get(partition);
    if (earlier) earlier.push(event);
    else byPartition.set(partition, [event]);
  }
  return { byPartition, scannedTo: events.at(-1)?.position ?? after };
}
