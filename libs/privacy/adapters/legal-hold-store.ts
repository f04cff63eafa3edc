import type { Queryable, Tx } from '#platform';

/** Keeps the content of a dossier from being erased, whoever asks. */
export interface LegalHold {
  id: string;
  dossierId: string;
  reason: string;
  placedBy: string;
  placedAt: Date;
  liftReason: string | null;
  liftRequestedBy: string | null;
  liftRequestedAt: Date | null;
  liftExpiresAt: Date | null;
  liftedBy: string | null;
  liftedAt: Date | null;
}

const COLUMNS = `h.id, h.dossier_id as "dossierId", h.reason, h.placed_by as "placedBy", h.placed_at as "placedAt", h.lift_reason as "liftReason",
  h.lift_requested_by as "liftRequestedBy", h.lift_requested_at as "liftRequestedAt", h.lift_expires_at as "liftExpiresAt",
  h.lifted_by as "liftedBy", h.lifted_at as "liftedAt"`;

export async function insertHold(tx: Tx, { id, dossierId, reason, placedBy, placedAt }: LegalHold): Promise<void> {
  await tx.execute(
    `insert into legal_hold (id, dossier_id, reason, placed_by, placed_at) values ($1, $2, $3, $4, $5)`,
    [id, dossierId, reason, placedBy, placedAt],
  );
}

/** Race: two people lift at once; the second waits here and finds it lifted. */
export async function lockHold(tx: Tx, id: string): Promise<LegalHold | undefined> {
  return (await tx.query<LegalHold>(`select ${COLUMNS} from legal_hold h where h.id = $1 for update`, [id]))[0];
}

export async function requestLift(
  tx: Tx,
  { id, liftReason, liftRequestedBy, liftRequestedAt, liftExpiresAt }: LegalHold,
): Promise<void> {
  await tx.execute(
    `update legal_hold set lift_reason = $2, lift_requested_by = $3, lift_requested_at = $4, lift_expires_at = $5 where id = $1`,
    [id, liftReason, liftRequestedBy, liftRequestedAt, liftExpiresAt],
  );
}

export async function liftHold(tx: Tx, { id, liftedBy, liftedAt }: LegalHold): Promise<void> {
  await tx.execute(`update legal_hold set lifted_by = $2, lifted_at = $3 where id = $1`, [id, liftedBy, liftedAt]);
}

export interface HoldFilter {
  dossierId: string | null;
  /** Only those that stand. */
  isStanding: boolean;
  units: readonly string[] | null;
  after: string | null;
  limit: number;
}

/** Newest first. */
export async function readHolds(tx: Queryable, filter: HoldFilter): Promise<LegalHold[]> {
  return tx.query<LegalHold>(
    `select ${COLUMNS} from legal_hold h join dossier d on d.id = h.dossier_id
     where ($1::uuid is null or h.dossier_id = $1) and (not $2 or h.lifted_at is null) and ($3::text[] is null or d.unit = any($3))
       and ($4::uuid is null or h.id < $4) order by h.id desc limit $5`,
    [filter.dossierId, filter.isStanding, filter.units, filter.after, filter.limit],
  );
}

/** Those of the dossiers that a hold stands on. */
export async function heldDossiers(tx: Queryable, dossierIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select distinct dossier_id as id from legal_hold where dossier_id = any($1::uuid[]) and lifted_at is null`,
    [dossierIds],
  );
  return rows.map(({ id }) => id).sort();
}
