import type { Database } from '#platform';
import { PARTITIONS } from '../../domain/partition-of';

/** As long as a Kafka session: a process that ends hard or freezes keeps its partitions for so long. */
export const LEASE_MS = 10_000;

const ANNOUNCE = `
insert into bus_member (consumer, member, seen_until) values ($1, $2, now() + $3::integer * interval '1 ms')
on conflict (consumer, member) do update set seen_until = excluded.seen_until`;

const MEMBERS = 'select member from bus_member where consumer = $1 and seen_until > now() order by member';

const FORGET_DEAD = `delete from bus_member where consumer = $1 and seen_until < now() - interval '1 minute'`;

const RELEASE = `
update bus_cursor set lease_owner = null, lease_until = null where consumer = $1 and lease_owner = $2 and partition <> all ($3::integer[])`;

/** The race of two members for one free partition: the second waits for the row of the first and then finds it leased. */
const CLAIM = `
insert into bus_cursor as held (consumer, partition, position, lease_owner, lease_until)
select $1, wanted.partition, 0, $2, now() + $4::integer * interval '1 ms' from unnest($3::integer[]) as wanted (partition) order by wanted.partition
on conflict (consumer, partition) do update set lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
where held.lease_owner is null or held.lease_owner = excluded.lease_owner or held.lease_until < now()
returning partition, position`;

/** Sorted lock order; a member whose lease went to another moves nothing. */
const ADVANCE = `
with mine as (
  select partition from bus_cursor where consumer = $1 and lease_owner = $2 and partition = any ($3::integer[]) order by partition for update
)
update bus_cursor set position = coalesce($4::bigint, position), lease_until = now() + $5::integer * interval '1 ms'
from mine where bus_cursor.consumer = $1 and bus_cursor.partition = mine.partition
returning bus_cursor.partition`;

/** Which partitions of a group one member reads, and how far. The live members, sorted, share the partitions by rank; what is not one's own any more is
 *  given back between two batches, what its owner did not renew for {@link LEASE_MS} is taken. */
export class PartitionLeases {
  constructor(
    private readonly db: Database,
    private readonly consumer: string,
    private readonly member: string,
  ) {}

  /** Announces the member, gives back and takes partitions. Returns what it holds: partition → position handled. */
  async share(): Promise<Map<number, number>> {
    await this.db.execute(ANNOUNCE, [this.consumer, this.member, LEASE_MS]);
    const members = await this.db.query<{ member: string }>(MEMBERS, [this.consumer]);
    await this.db.execute(FORGET_DEAD, [this.consumer]);
    const wanted = shareOf(
      members.map((row) => row.member),
      this.member,
    );
    await this.db.execute(RELEASE, [this.consumer, this.member, wanted]);
    const held = await this.db.query<{ partition: number; position: string }>(CLAIM, [
      this.consumer,
      this.member,
      wanted,
      LEASE_MS,
    ]);
    return new Map(held.map((row) => [row.partition, Number(row.position)]));
  }

  /** Moves the cursors of these partitions, or with null only renews the leases. Returns the partitions that are still held. */
  async advance(partitions: readonly number[], position: number | null): Promise<Set<number>> {
    const moved = await this.db.query<{ partition: number }>(ADVANCE, [
      this.consumer,
      this.member,
      partitions,
      position,
      LEASE_MS,
    ]);
    return new Set(moved.map((row) => row.partition));
  }

  /** Gives everything back at once. */
  async leave(): Promise<void> {
    await this.db.execute('delete from bus_member where consumer = $1 and member = $2', [this.consumer, this.member]);
    await this.db.execute(RELEASE, [this.consumer, this.member, []]);
  }
}

/** Every live member gets each `members.length`-th partition, by its rank. */
function shareOf(members: readonly string[], member: string): number[] {
  const rank = members.indexOf(member);
  if (rank < 0) return [];
  return Array.from({ length: PARTITIONS }, (_, partition) => partition).filter(
    (partition) => partition % members.length === rank,
  );
}
