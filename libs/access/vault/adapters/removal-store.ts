import type { Queryable } from '#platform';

/** Large objects whose bytes are to be removed: of erased owners, and drafts that nobody took. `isAside`: the file is kept aside for a while.
 *  @param outside which of them */
export function readRemovals(
  db: Queryable,
  outside: boolean,
  { due, limit }: { due: Date; limit: number },
): Promise<{ ref: string; isAside: boolean }[]> {
  return db.query<{ ref: string; isAside: boolean }>(
    `select object_id as ref, aside as "isAside" from vault_removal where outside = $1 and due_at <= $2 order by object_id limit $3`,
    [outside, due, limit],
  );
}

/** Their bytes are gone. */
export async function deleteRemovals(db: Queryable, refs: readonly string[]): Promise<void> {
  await db.execute(`delete from vault_removal where object_id = any($1::uuid[])`, [refs]);
}

/** How many wait for their removal. */
export async function countRemovals(db: Queryable): Promise<number> {
  const [{ n }] = await db.query<{ n: number }>(`select count(*)::integer as n from vault_removal`);
  return n;
}

/** Those that nothing in the database needs: neither an object that its owner can still open, nor a draft. Object and draft are looked up in one
 *  statement: a draft that becomes an object meanwhile is seen as one of the two. */
export async function withoutOwner(db: Queryable, refs: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ ref: string }>(
    `select r.ref from unnest($1::uuid[]) as r(ref)
     where not exists (select from vault_object o join vault_key k on k.id = o.key_id where o.place = r.ref and k.wrapped is not null)
       and not exists (select from vault_draft d where d.id = r.ref)`,
    [refs],
  );
  return rows.map(({ ref }) => ref);
}

/** What this database is called by stores outside it. */
export async function readInstallation(db: Queryable): Promise<string> {
  const [{ id }] = await db.query<{ id: string }>(`select id from vault_installation`);
  return id;
}

/** Whether any object lies outside PostgreSQL. */
export async function hasOutsideObjects(db: Queryable): Promise<boolean> {
  const [{ found }] = await db.query<{ found: boolean }>(
    `select exists (select from vault_object where place is not null) as found`,
  );
  return found;
}
