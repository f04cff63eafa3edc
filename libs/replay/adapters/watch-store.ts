import type { Queryable, Tx } from '#platform';
import type { Watch } from '../domain/watch';

const COLUMNS = `w.id, w.selection, w.action, w.reason_code as "reasonCode", w.reason, w.units, w.placed_by as "placedBy",
  w.placed_at as "placedAt", w.state, w.successes, w.probed_at as "probedAt", w.finding, w.plan_id as "planId",
  w.ended_by as "endedBy", w.ended_at as "endedAt"`;

export async function insertWatch(tx: Tx, watch: Watch): Promise<void> {
  await tx.execute(
    `insert into replay_watch (id, selection, action, reason_code, reason, units, placed_by, placed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      watch.id,
      JSON.stringify(watch.selection),
      watch.action,
      watch.reasonCode,
      watch.reason,
      watch.units,
      watch.placedBy,
      watch.placedAt,
    ],
  );
}

/** Writes what may change of a watch. The caller holds its row's lock. */
export async function updateWatch(tx: Tx, watch: Watch): Promise<void> {
  await tx.execute(
    `update replay_watch set state = $2, successes = $3, probed_at = $4, finding = $5, plan_id = $6, ended_by = $7, ended_at = $8 where id = $1`,
    [watch.id, watch.state, watch.successes, watch.probedAt, watch.finding, watch.planId, watch.endedBy, watch.endedAt],
  );
}

export async function readWatch(tx: Queryable, id: string): Promise<Watch | undefined> {
  const [row] = await tx.query<Watch>(`select ${COLUMNS} from replay_watch w where w.id = $1`, [id]);
  return row;
}

/** @param units communes the caller is limited to: only a watch that was placed for these or fewer; null = all */
export async function lockWatch(tx: Tx, id: string, units: readonly string[] | null): Promise<Watch | undefined> {
  const [row] = await tx.query<Watch>(
    `select ${COLUMNS} from replay_watch w where w.id = $1 and ($2::text[] is null or w.units <@ $2) for update`,
    [id, units],
  );
  return row;
}

export interface WatchFilter {
  isOpen: boolean;
  /** As of `lockWatch`. */
  units: readonly string[] | null;
  /** Id of the last watch of the page before. */
  after: string | null;
  limit: number;
}

/** Newest first. */
export async function readWatches(tx: Queryable, { isOpen, units, after, limit }: WatchFilter): Promise<Watch[]> {
  return tx.query<Watch>(
    `select ${COLUMNS} from replay_watch w
     where ($1 = false or w.state = 'watching') and ($2::uuid is null or w.id < $2) and ($4::text[] is null or w.units <@ $4)
     order by w.id desc limit $3`,
    [isOpen, after, limit, units],
  );
}

/** Takes the watches that are due for a look: nobody else looks at them until the next one is due. */
export async function takeDueWatches(tx: Queryable, now: Date, before: Date): Promise<Watch[]> {
  return tx.query<Watch>(
    `update replay_watch w set probed_at = $1
     where w.id in (
       select x.id from replay_watch x where x.state = 'watching' and (x.probed_at is null or x.probed_at <= $2)
       order by x.probed_at nulls first for update skip locked limit 20
     )
     returning ${COLUMNS}`,
    [now, before],
  );
}
