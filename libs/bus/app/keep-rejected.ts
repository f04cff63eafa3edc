import { uuidIds, type Queryable } from '#platform';

/** A record that a group could not read or take, with everything needed to look at it and to offer it again (law 4). */
export interface RejectedRecord {
  topic: string;
  partition: number;
  /** Kafka offset, or position in the event log. */
  offset: string;
  key: Buffer | null;
  /** Header name → base64 of each of its values. */
  headers: Record<string, string[]>;
  value: Buffer | null;
  /** Names the part or the code, never content. */
  reason: string;
}

const INSERT = `
insert into bus_rejected (id, consumer, topic, partition, record_offset, record_key, record_headers, record_value, reason, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
on conflict (consumer, topic, partition, record_offset) do nothing`;

/** Keeps one rejected record; the same one again changes nothing. */
export async function keepRejected(db: Queryable, consumer: string, rejected: RejectedRecord): Promise<void> {
  const { topic, partition, offset, key, headers, value, reason } = rejected;
  const id = uuidIds.next();
  await db.execute(INSERT, [id, consumer, topic, partition, offset, key, JSON.stringify(headers), value, reason]);
}
