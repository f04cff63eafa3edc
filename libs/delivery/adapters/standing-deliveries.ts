import type { Tx, Queryable } from '#platform';
import type { StandingDelivery } from '../domain/classification';
import type { DeliveryStatus } from '../domain/transitions';

/** Deliveries by id, with their lanes' leases. The caller holds the lanes' locks. */
export async function readStanding(tx: Tx, ids: readonly string[]): Promise<StandingDelivery[]> {
  return tx.query<StandingDelivery>(
    `select d.id, d.partner, d.dossier_id as "dossierId", d.operation, d.unit, d.procedure, d.caused_seq as "causedSeq", d.facts,
            d.status, d.outcome, d.due_at as "dueAt", d.text_digest as "textDigest", l.lease_owner is not null as "isLeased"
     from delivery d join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
     where d.id = any($1::uuid[]) order by d.id`,
    [ids],
  );
}

/** Where a delivery lies, for locks; undefined when the caller may not see it.
 *  @param units communes the caller is limited to; null = all */
export async function findLaneOf(
  tx: Tx,
  deliveryId: string,
  units: readonly string[] | null,
): Promise<{ partner: string; dossierId: string } | undefined> {
  const [row] = await tx.query<{ partner: string; dossierId: string }>(
    `select partner, dossier_id as "dossierId" from delivery where id = $1 and ($2::text[] is null or unit = any($2))`,
    [deliveryId, units],
  );
  return row;
}

/** One resolved delivery, named as its columns. */
export interface ResolvedRow {
  id: string;
  status: DeliveryStatus;
  outcome: string;
  reason_code: string;
  rule_id: string | null;
  rule_version: number | null;
  due_at: Date | null;
  settled_at: Date | null;
}

/** `was_unknown` stays true for what is sent again: it may find its own effect. Its age counts anew, since a person's word starts it. */
export async function writeResolved(tx: Tx, rows: readonly ResolvedRow[]): Promise<void> {
  await tx.execute(
    `update delivery d
     set status = r.status, outcome = r.outcome, reason_code = r.reason_code, rule_id = r.rule_id, rule_version = r.rule_version,
         due_at = r.due_at, settled_at = r.settled_at, text_digest = null, was_unknown = true,
         first_attempt_at = case when r.status = 'waiting' then null else d.first_attempt_at end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, status text, outcome text, reason_code text, rule_id text, rule_version integer,
       due_at timestamptz, settled_at timestamptz)
     where d.id = r.id`,
    [JSON.stringify(rows)],
  );
}

/** Ids of deliveries that wait for a person over a text with one of these digests, oldest first. */
export async function findWaitingForText(
  tx: Queryable,
  digests: readonly Buffer[],
  limit: number,
): Promise<{ id: string; partner: string; dossierId: string }[]> {
  return tx.query(
    `select d.id, d.partner, d.dossier_id as "dossierId" from delivery d
     join lane l on l.partner = d.partner and l.dossier_id = d.dossier_id
     where d.status = 'unknown' and d.text_digest = any($1::bytea[]) and d.due_at is null and l.lease_owner is null
     order by d.id limit $2`,
    [digests, limit],
  );
}

/** How many wait for a person over this text. */
export async function countWaitingForText(tx: Tx, digest: Buffer): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from delivery where status = 'unknown' and text_digest = $1 and due_at is null`,
    [digest],
  );
  return row.count;
}

/** The sealed reading of the last answer whose text nobody knew; null when there is none. */
export async function lastReadingRef(
  tx: Queryable,
  deliveryId: string,
): Promise<{ ref: string; attemptId: string; number: number } | null> {
  const [row] = await tx.query<{ ref: string; attemptId: string; number: number }>(
    `select text_ref as ref, id as "attemptId", number from attempt where delivery_id = $1 and text_ref is not null
     order by started_at desc, number desc limit 1`,
    [deliveryId],
  );
  return row ?? null;
}
