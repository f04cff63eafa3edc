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

/** Makes the draft of an object whose chunks go elsewhere: before the first of them, so that none is ever without a row that tells of it. */
export async function insertOutsideDraft(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.execute(`insert into vault_draft (id, begun_at, outside) values ($1, $2, true)`, [id, at]);
}

/** Makes drafts into objects: whoever takes the row has the draft, so that a sweep or a second sealing comes too late. Returns how many
 *  there were. */
export async function takeDrafts(tx: Queryable, ids: readonly string[]): Promise<number> {
  return tx.execute(`delete from vault_draft where id = any($1::uuid[])`, [ids]);
}

/** Deletes drafts with their chunks, and notes those outside for removal; those that became objects have no row here and are not touched. */
export async function deleteDrafts(tx: Queryable, ids: readonly string[], at: Date): Promise<void> {
  await tx.execute(
    `with gone as (
       delete from vault_draft where id = any($1::uuid[]) returning id, outside
     ), noted as (
       insert into vault_removal (object_id, outside, due_at) select id, true, $2 from gone where outside on conflict do nothing
     )
     delete from vault_chunk where object_id in (select id from gone where not outside)`,
    [ids, at],
  );
}

/** The same for drafts begun before `before`, oldest first, each skipped while somebody makes an object of it. Files of these are kept aside for a while:
 *  nobody has said that they are not wanted. */
export async function deleteOldDrafts(
  tx: Queryable,
  { before, limit, at }: { before: Date; limit: number; at: Date },
): Promise<number> {
  const [{ swept }] = await tx.query<{ swept: number }>(
    `with gone as (
       delete from vault_draft where id in (
         select id from vault_draft where begun_at < $1 order by begun_at limit $2 for update skip locked)
       returning id, outside
     ), noted as (
       insert into vault_removal (object_id, outside, due_at, aside) select id, true, $3, true from gone where outside on conflict do nothing
     ), chunks as (delete from vault_chunk where object_id in (select id from gone where not outside))
     select count(*)::integer as swept from gone`,
    [before, limit, at],
  );
  return swept;
}

/** Deletes the chunks of these objects. */
export async function deleteChunks(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.execute(`delete from vault_chunk where object_id = any($1::uuid[])`, [ids]);
}

/** One chunk; absent when there is none of this number. */
export async function readChunk(tx: Queryable, objectId: string, number: number): Promise<Buffer | undefined> {
  const rows = await tx.query<{ ciphertext: Buffer }>(
    `select ciphertext from vault_chunk where object_id = $1 and number = $2`,
    [objectId, number],
  );
  return rows[0]?.ciphertext;
}
