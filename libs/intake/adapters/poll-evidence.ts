import type { Tx } from '#platform';

/** References of answers that are kept already, by digest (base64). */
export async function readEvidence(tx: Tx, partner: string, digests: readonly Buffer[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ digest: Buffer; ref: string }>(
    `select digest, ref from poll_evidence where partner = $1 and digest = any($2::bytea[])`,
    [partner, digests],
  );
  return new Map(rows.map((row) => [row.digest.toString('base64'), row.ref]));
}

/** Whether an answer was kept for this reason after an instant. */
export async function hasEvidenceSince(tx: Tx, partner: string, reason: string, since: Date): Promise<boolean> {
  const rows = await tx.query(`select 1 from poll_evidence where partner = $1 and reason = $2 and at > $3 limit 1`, [
    partner,
    reason,
    since,
  ]);
  return rows.length > 0;
}

export async function insertEvidence(
  tx: Tx,
  partner: string,
  kept: readonly { digest: Buffer; ref: string; reason: string }[],
  at: Date,
): Promise<void> {
  if (kept.length === 0) return;
  await tx.execute(
    `insert into poll_evidence (partner, digest, ref, reason, at)
     select $1, digest, ref, reason, $5 from unnest($2::bytea[], $3::uuid[], $4::text[]) as e(digest, ref, reason)
     on conflict (partner, digest) do nothing`,
    [partner, kept.map((one) => one.digest), kept.map((one) => one.ref), kept.map((one) => one.reason), at],
  );
}

/** Which dossiers a kept answer tells of: an erasure must find the answers, and a legal hold keeps them. */
export function insertAnswered(tx: Tx, answered: readonly { ref: string; dossierId: string }[]): void {
  if (answered.length === 0) return;
  tx.send(
    `insert into registry_answer (ref, dossier_id) select * from unnest($1::uuid[], $2::uuid[]) order by 1, 2 on conflict do nothing`,
    [answered.map(({ ref }) => ref), answered.map(({ dossierId }) => dossierId)],
  );
}

/** Those of the dossiers whose content was erased. */
export async function erasedDossiers(tx: Tx, dossierIds: readonly string[]): Promise<Set<string>> {
  if (dossierIds.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>(
    `select owner_id as id from vault_key where owner_kind = 'dossier' and owner_id = any($1::uuid[]) and wrapped is null`,
    [dossierIds],
  );
  return new Set(rows.map(({ id }) => id));
}
