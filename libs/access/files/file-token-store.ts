import type { Queryable } from '#platform';

export interface FileTokenRow {
  tokenHash: Buffer;
  seed: Buffer;
  ref: string;
  partner: string;
  extension: string;
  contentType: string;
  now: Date;
  expiresAt: Date;
}

export interface UsedFileToken {
  state: 'valid' | 'expired' | 'revoked';
  ref: string;
  partner: string;
  extension: string;
  contentType: string;
  /** Owner of the object, when that is a dossier. */
  dossierId: string | null;
  uses: number;
}

/** The live link of (object, partner), prolonged, or the new one where there is none or it has expired. Returns the seed that counts.
 *  Two deliveries that ask at once meet in the unique index: both get the link of the first. */
export async function refreshFileToken(tx: Queryable, row: FileTokenRow): Promise<Buffer> {
  const [live] = await tx.query<{ seed: Buffer }>(
    `insert into file_token as t (token_hash, seed, ref, partner, extension, content_type, issued_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (ref, partner) where revoked_at is null do update set
       token_hash = case when t.expires_at > $7 then t.token_hash else excluded.token_hash end,
       seed = case when t.expires_at > $7 then t.seed else excluded.seed end,
       issued_at = case when t.expires_at > $7 then t.issued_at else excluded.issued_at end,
       uses = case when t.expires_at > $7 then t.uses else 0 end,
       expires_at = greatest(t.expires_at, excluded.expires_at)
     returning seed`,
    [row.tokenHash, row.seed, row.ref, row.partner, row.extension, row.contentType, row.now, row.expiresAt],
  );
  return live.seed;
}

/** One look-up that also counts the use. */
export async function useFileToken(tx: Queryable, tokenHash: Buffer, now: Date): Promise<UsedFileToken | undefined> {
  const [row] = await tx.query<UsedFileToken>(
    `update file_token t set uses = t.uses + 1
     from vault_object o join vault_key k on k.id = o.key_id
     where t.token_hash = $1 and o.id = t.ref
     returning case when t.revoked_at is not null then 'revoked' when t.expires_at <= $2 then 'expired' else 'valid' end as state,
       t.ref, t.partner, t.extension, t.content_type as "contentType", t.uses,
       case when k.owner_kind = 'dossier' then k.owner_id end as "dossierId"`,
    [tokenHash, now],
  );
  return row;
}

export async function revokeFileTokens(tx: Queryable, ref: string, partner: string | null, now: Date): Promise<number> {
  return tx.execute(
    `update file_token set revoked_at = $3
     where ref = $1 and partner = coalesce($2, partner) and revoked_at is null and expires_at > $3`,
    [ref, partner, now],
  );
}
