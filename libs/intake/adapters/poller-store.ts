import type { Queryable } from '#platform';

export interface PollerTurn {
  name: string;
  owner: string;
  now: Date;
  until: Date;
  /** A turn that began later than this forbids another. */
  notStartedSince: Date;
}

/** Takes the poller's lease if it is free and its last turn began long enough ago; the new fence, or undefined.
 *  Race: two workers at once. Both upsert the one row; the second waits for the first and then finds the lease taken. */
export async function takePollerLease(tx: Queryable, turn: PollerTurn): Promise<string | undefined> {
  const rows = await tx.query<{ fence: string }>(
    `insert into poller (name, lease_owner, lease_until, fence, last_started_at) values ($1, $2, $3, 1, $4)
     on conflict (name) do update
       set lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, fence = poller.fence + 1, last_started_at = excluded.last_started_at
       where (poller.lease_until is null or poller.lease_until <= $4) and (poller.last_started_at is null or poller.last_started_at <= $5)
     returning fence::text`,
    [turn.name, turn.owner, turn.until, turn.now, turn.notStartedSince],
  );
  return rows[0]?.fence;
}

/** Prolongs the lease and holds its row until the transaction ends: nobody else can begin a turn meanwhile.
 *  False when another worker has taken over. */
export async function holdPollerLease(tx: Queryable, name: string, fence: string, until: Date): Promise<boolean> {
  return (
    (await tx.execute(`update poller set lease_until = $3 where name = $1 and fence = $2`, [name, fence, until])) === 1
  );
}

export async function endPollerLease(
  tx: Queryable,
  name: string,
  fence: string,
  end: { at: Date; error: string | null },
): Promise<void> {
  await tx.execute(
    `update poller set lease_owner = null, lease_until = null, last_finished_at = $3, last_error = $4 where name = $1 and fence = $2`,
    [name, fence, end.at, end.error],
  );
}

/** What a poller keeps from turn to turn, e.g. the position it has read to; empty before the first turn. */
export async function readPollerMemory<T extends object>(tx: Queryable, name: string): Promise<Partial<T>> {
  const rows = await tx.query<{ memory: Partial<T> }>(`select memory from poller where name = $1`, [name]);
  return rows[0]?.memory ?? {};
}

export async function writePollerMemory(tx: Queryable, name: string, memory: object): Promise<void> {
  await tx.execute(
    `insert into poller (name, memory) values ($1, $2) on conflict (name) do update set memory = excluded.memory`,
    [name, JSON.stringify(memory)],
  );
}
