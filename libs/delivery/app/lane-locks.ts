import type { Tx } from '#platform';
import type { LaneKey } from '../domain/attempt';

export interface LockedLane {
  partner: string;
  dossierId: string;
  fence: string;
  leaseOwner: string | null;
}

/** Locks lanes in sorted order, after the dossiers (DESIGN §7: dossiers, lanes, the rest). Whoever changes a delivery holds its lane's lock, so a delivery read in a **later** statement is
 *  current; read in the same statement it could be older than the lock (the statement's snapshot is taken before the wait). */
export async function lockLanes(tx: Tx, keys: readonly LaneKey[]): Promise<LockedLane[]> {
  return tx.query<LockedLane>(LOCK_LANES, [keys.map((key) => key.partner), keys.map((key) => key.dossierId)]);
}

export const LOCK_LANES = `
select l.partner, l.dossier_id as "dossierId", l.fence::text as fence, l.lease_owner as "leaseOwner"
from lane l
where (l.partner, l.dossier_id) in (select k.partner, k.dossier_id from unnest($1::text[], $2::uuid[]) as k (partner, dossier_id))
order by l.partner, l.dossier_id
for update of l`;

export function laneText(key: LaneKey): string {
  return `${key.partner} ${key.dossierId}`;
}
