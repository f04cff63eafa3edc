import type { PartnerId, RegistrationDelivery } from '#dossier';
import type { Tx } from '#platform';
import { lockLanes } from './lane-locks';
import { refreshLanes, STANDING } from './refresh-lanes';

export interface MootDeliveries {
  partner: PartnerId;
  dossierId: string;
  operation: string;
  /** Why, kebab-case, e.g. `dossier.withdrawn`. */
  reasonCode: string;
}

export interface CancelledDeliveries {
  cancelled: number;
  /** What could not be called back: it may have reached the partner. */
  left: 'none' | 'in-flight' | 'unknown';
}

interface StandingRow {
  id: string;
  status: string;
  outcome: string | null;
}

/** Cancels what was never sent, or was sent and certainly not applied, in the transaction of the fact that makes it moot (DESIGN §7).
 *  A call in flight or of unknown outcome stays: it is resolved first, and what it then still wanted to send is cancelled at its
 *  settlement. The caller holds the dossier's lock. */
export async function cancelMoot(tx: Tx, moot: MootDeliveries, now: Date): Promise<CancelledDeliveries> {
  const [, standing] = await Promise.all([lockLanes(tx, [moot]), standingOf(tx, moot)]);
  const unsent = standing.filter((row) => whereStands(row) === 'unsent').map((row) => row.id);
  if (unsent.length > 0) {
    tx.send(`update delivery set status = 'cancelled', reason_code = $2, settled_at = $3 where id = any($1::uuid[])`, [
      unsent,
      moot.reasonCode,
      now,
    ]);
    refreshLanes(tx, [moot]);
  }
  const left = furthest(standing);
  return { cancelled: unsent.length, left: left === 'in-flight' || left === 'unknown' ? left : 'none' };
}

/** Where the registration's message to hộ tịch stands: a fact for the command of a decision. Takes the lane's lock, so that it stays
 *  true until the caller commits; the caller holds the dossier's lock. */
export async function registrationDelivery(tx: Tx, dossierId: string): Promise<RegistrationDelivery> {
  const lane = { partner: 'hotich' as const, dossierId, operation: 'submit-registration' };
  const [, standing, settled] = await Promise.all([
    lockLanes(tx, [lane]),
    standingOf(tx, lane),
    tx.query(`select 1 from delivery where dossier_id = $1 and operation = $2 and status = 'settled' limit 1`, [
      dossierId,
      lane.operation,
    ]),
  ]);
  if (standing.length > 0) return furthest(standing);
  return settled.length > 0 ? 'settled' : 'none';
}

async function standingOf(
  tx: Tx,
  lane: { partner: string; dossierId: string; operation: string },
): Promise<StandingRow[]> {
  return tx.query<StandingRow>(
    `select id, status, outcome from delivery where partner = $1 and dossier_id = $2 and operation = $3 and status in (${STANDING})`,
    [lane.partner, lane.dossierId, lane.operation],
  );
}

/** A dead letter whose last word was `unknown` may have arrived; any other was refused or never got through. */
function whereStands(row: StandingRow): 'unsent' | 'in-flight' | 'unknown' {
  if (row.status === 'in-flight') return 'in-flight';
  if (row.status === 'unknown' || (row.status === 'dead' && row.outcome === 'unknown')) return 'unknown';
  return 'unsent';
}

function furthest(rows: readonly StandingRow[]): RegistrationDelivery {
  const found = new Set(rows.map(whereStands));
  return found.has('unknown')
    ? 'unknown'
    : found.has('in-flight')
      ? 'in-flight'
      : found.has('unsent')
        ? 'unsent'
        : 'none';
}
