import type { Queryable } from '#platform';

/** Stores one chunk of a draft; the first one makes the draft. False when the draft is gone (swept away meanwhile): without its row a
 *  chunk would belong to nobody for ever. */
export async function insertChunk(
  tx: Queryable,
  chunk: { draftId: string; number: number; ciphertext: Buffer },
  at: Date,
): Promise<boolean> {
  const { draftId, number, ciphertext } = chunk;
  const stored =
    number === 0
      ? await tx.execute(
          `with draft as (insert into vault_draft (id, begun_at) values ($1, $4) returning id)
           insert into vault_chunk (object_id, number, ciphertext) select id, $2, $3 from draft`,
          [draftId, number, ciphertext, at],
        )
      : await tx.execute(
          `insert into vault_chunk (object_id, number, ciphertext) select id, $2, $3 from vault_draft where id = $1`,
          [draftId, number, ciphertext],
        );
  return stored === 1;
}

/** Makes drafts into objects: whoever takes the row has the draft, so that a sweep or a second sealing comes too late. Returns how many
 *  there were. */
export async function takeDrafts(tx: Queryable, ids: readonly string[]): Promise<number> {
  return tx.execute(`delete from vault_draft where id = any($1::uuid[])`, [ids]);
}

/** Deletes drafts with their chunks; those that became objects have no row here and are not touched. */
export async function deleteDrafts(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.execute(
    `with gone as (delete from vault_draft where id = any($1::uuid[]) returning id)
     delete from vault_chunk where object_id in (select id from gone)`,
    [ids],
  );
}

/** Drafts begun before `before`, oldest first, each skipped while somebody makes an object of it. */
export async function deleteOldDrafts(tx: Queryable, before: Date, limit: number): Promise<number> {
  const [{ swept }] = await tx.query<{ swept: number }>(
    `with gone as (
       delete from vault_draft where id in (
         select id from vault_draft where begun_at < $1 order by begun_at limit $2 for update skip locked)
       returning id
     ), chunks as (delete from vault_chunk where object_id in (select id from gone))
     select count(*)::integer as swept from gone`,
    [before, limit],
  );
  return swept;
}

/** One chunk; absent when there is none of this number. */
export async function readChunk(tx: Queryable, objectId: string, number: number): Promise<Buffer | undefined> {
  const rows = await tx.query<{ ciphertext: Buffer }>(
    `select ciphertext from vault_chunk where object_id = $1 and number = $2`,
    [objectId, number],
  );
  return rows[0]?.ciphertext;
}
