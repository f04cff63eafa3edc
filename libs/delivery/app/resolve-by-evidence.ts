import type { PartnerId } from '#dossier';
import type { Tx } from '#platform';
import { statusesBefore } from '../domain/transitions';
import { lockLanes } from './lane-locks';
import { refreshLanes } from './refresh-lanes';

export interface Evidence {
  partner: PartnerId;
  dossierId: string;
  operation: string;
  /** What proves it, kebab-case, e.g. `evidence.decision`. */
  reasonCode: string;
}

/** Something else proves that an unknown or given-up delivery arrived (a decision that carries the one-stop's code, CONTRACTS §1.3): it is
 *  settled as already applied and its lane goes on. One in flight is left to its own answer. The caller holds the dossier's lock and
 *  writes the event. Ring `lanes` after the commit.
 *  @returns ids of the deliveries that it settled */
export async function resolveByEvidence(tx: Tx, evidence: Evidence, now: Date): Promise<string[]> {
  await lockLanes(tx, [evidence]);
  const rows = await tx.query<{ id: string }>(
    `update delivery set status = 'settled', outcome = 'already-applied', reason_code = $4, settled_at = $5
     where partner = $1 and dossier_id = $2 and operation = $3 and status = any($6) and status <> 'in-flight'
     returning id`,
    [evidence.partner, evidence.dossierId, evidence.operation, evidence.reasonCode, now, statusesBefore('settled')],
  );
  if (rows.length > 0) refreshLanes(tx, [evidence]);
  return rows.map((row) => row.id);
}
