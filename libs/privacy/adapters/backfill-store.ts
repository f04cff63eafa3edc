import { AppError, type Queryable, type Tx } from '#platform';

/** How far the pass over what was stored before is. */
export interface Backfill {
  /** Dossiers up to this one are done; null before the first. */
  afterDossier: string | null;
  /** Kept answers of the registry up to this digest are done. */
  afterAnswer: Buffer | null;
  /** Dossiers and answers whose bytes could not be read. */
  unreadable: number;
  /** What came in later was indexed as it came. */
  beginsAt: Date;
}

/** Whether dossiers or answers from before may still be missing in the index. */
export async function isIndexIncomplete(tx: Queryable): Promise<boolean> {
  return (await tx.query(`select 1 from person_backfill where finished_at is null`)).length > 0;
}

/** The pass when it is due and not over. Race: several workers; one goes on, the others find nothing. */
export async function lockBackfill(tx: Tx, now: Date): Promise<Backfill | undefined> {
  const [row] = await tx.query<Backfill>(
    `select after_dossier as "afterDossier", after_answer as "afterAnswer", unreadable, begins_at as "beginsAt"
     from person_backfill where finished_at is null and begins_at <= $1 for update skip locked`,
    [now],
  );
  return row;
}

export async function moveBackfill(tx: Tx, to: Backfill, finishedAt: Date | null): Promise<void> {
  await tx.execute(
    `update person_backfill set after_dossier = $1, after_answer = $2, unreadable = $3, finished_at = $4`,
    [to.afterDossier, to.afterAnswer, to.unreadable, finishedAt],
  );
}

/** The next dossiers, by id. */
export async function nextDossiers(
  tx: Queryable,
  { afterDossier, beginsAt }: Pick<Backfill, 'afterDossier' | 'beginsAt'>,
  limit: number,
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select id from dossier where ($1::uuid is null or id > $1) and created_at <= $2 order by id limit $3`,
    [afterDossier, beginsAt, limit],
  );
  return rows.map(({ id }) => id);
}

/** The next kept answers of the registry, by digest. */
export async function nextAnswers(
  tx: Queryable,
  after: Buffer | null,
  limit: number,
): Promise<{ digest: Buffer; ref: string }[]> {
  return tx.query<{ digest: Buffer; ref: string }>(
    `select digest, ref from poll_evidence where partner = 'hotich' and ($1::bytea is null or digest > $1) order by digest limit $2`,
    [after, limit],
  );
}

/** Links a kept answer to the dossiers whose codes stand in it. */
export async function linkAnswer(tx: Tx, ref: string, codes: readonly string[]): Promise<void> {
  await tx.execute(
    `insert into registry_answer (ref, dossier_id)
     select $1, dossier_id from dossier_code where code = any($2::text[]) group by dossier_id order by dossier_id on conflict do nothing`,
    [ref, codes],
  );
}

/** @throws AppError 409 `person-index-incomplete`: an erasure would leave behind what is not found yet, and seem whole */
export async function refuseIncomplete(tx: Queryable): Promise<void> {
  if (!(await isIndexIncomplete(tx))) return;
  throw new AppError({
    code: 'person-index-incomplete',
    disposition: 'refuse',
    status: 409,
    detail: 'dossiers from before the upgrade are still being indexed: ask again when that is done',
  });
}
