import type { Tx } from '#platform';
import type { LaneKey } from '../domain/attempt';
import { STANDING_STATUSES } from '../domain/transitions';

export interface LaneRefresh extends LaneKey {
  /** Gives the lease back; without it a leased lane is left alone, since its settlement does this. */
  releaseAt?: Date;
}

/** Sets due time and state of lanes by their heads: a dead head parks its lane, an unknown one that waits for a person has no due
 *  time, an empty lane sleeps. One statement; the caller holds the lanes' locks, and changed the deliveries in earlier statements. */
export function refreshLanes(tx: Tx, lanes: readonly LaneRefresh[]): void {
  if (lanes.length === 0) return;
  tx.send(
    `update lane l
     set state = case when k.status = 'dead' then 'parked' else 'open' end,
         due_at = case when k.status in ('queued', 'waiting', 'unknown') then k.due_at end,
         lease_owner = null,
         lease_until = null,
         last_settled_at = coalesce(k.release_at, l.last_settled_at)
     from (
       select key.partner, key.dossier_id, key.release_at, head.status, head.due_at
       from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as key (partner, dossier_id, release_at)
       left join lateral (
         select d.status, d.due_at from delivery d
         where d.partner = key.partner and d.dossier_id = key.dossier_id and d.status in (${STANDING})
         order by d.caused_seq, d.replay_number, d.step limit 1
       ) head on true
     ) k
     where l.partner = k.partner and l.dossier_id = k.dossier_id and (k.release_at is not null or l.lease_owner is null)`,
    [
      lanes.map((lane) => lane.partner),
      lanes.map((lane) => lane.dossierId),
      lanes.map((lane) => lane.releaseAt ?? null),
    ],
  );
}

/** Literals, so that the planner sees that the partial index `delivery_lane` fits. */
export const STANDING = STANDING_STATUSES.map((status) => `'${status}'`).join(', ');
