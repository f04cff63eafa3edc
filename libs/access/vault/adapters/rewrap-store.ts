import type { Queryable, Tx } from '#platform';
import type { WrappedKey } from '../ports';
import type { OwnerKeyRow } from './vault-store';

/** An owner key that is there: not erased. */
export type WrappedOwnerKey = OwnerKeyRow & { wrapped: Buffer };

/** Owner keys under this master key, in the order of their ids, after `after`. */
export function readOwnerKeysUnder(
  db: Queryable,
  masterKeyId: string,
  page: { after: string; limit: number },
): Promise<WrappedOwnerKey[]> {
  return db.query<WrappedOwnerKey>(
    `select id, owner_kind as "ownerKind", owner_id as "ownerId", master_key_id as "masterKeyId", wrapped from vault_key
     where master_key_id = $1 and id > $2 and wrapped is not null order by id limit $3`,
    [masterKeyId, page.after, page.limit],
  );
}

export interface Rewrapped extends WrappedKey {
  id: string;
  /** The bytes that were unwrapped. */
  before: Buffer;
}

/** Replaces wrapped keys, each only while it still has the bytes that were read: an owner erased meanwhile stays erased, and what another worker
 *  has wrapped stays as it is. None goes under a retired master key. Rows are locked in the order of their ids, as by everybody who locks several.
 *  Returns how many it replaced. */
export function replaceWrapped(db: Queryable, keys: readonly Rewrapped[]): Promise<number> {
  return db.execute(
    `with locked as materialized (
       select id from vault_key where id = any($1::uuid[]) order by id for no key update
     )
     update vault_key k set master_key_id = r.master_key_id, wrapped = r.wrapped
     from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) as r(id, master_key_id, wrapped, before)
     join locked l on l.id = r.id
     where k.id = r.id and k.wrapped = r.before
       and not exists (select from vault_master_key m where m.id = r.master_key_id and m.retired_at is not null)`,
    [
      keys.map((key) => key.id),
      keys.map((key) => key.masterKeyId),
      keys.map((key) => key.wrapped),
      keys.map((key) => key.before),
    ],
  );
}

/** How many owner keys hang on each master key; erased ones hang on none. */
export function countByMasterKey(db: Queryable): Promise<{ masterKeyId: string; ownerKeys: number }[]> {
  return db.query<{ masterKeyId: string; ownerKeys: number }>(
    `select master_key_id as "masterKeyId", count(*)::integer as "ownerKeys" from vault_key
     where wrapped is not null group by master_key_id order by master_key_id`,
  );
}

/** The same for some master keys only, out of the index: cheap where few are left. */
export async function countUnder(db: Queryable, masterKeyIds: readonly string[]): Promise<number> {
  const [{ n }] = await db.query<{ n: number }>(
    `select count(*)::integer as n from vault_key where master_key_id = any($1::text[]) and wrapped is not null`,
    [masterKeyIds],
  );
  return n;
}

/** Notes that this master key is in use. `isNew`: nobody had noted it; `isFirst`: no other key was noted before. */
export async function noteMasterKey(tx: Tx, id: string, at: Date): Promise<{ isNew: boolean; isFirst: boolean }> {
  const [row] = await tx.query<{ isNew: boolean; isFirst: boolean }>(
    `with noted as (
       insert into vault_master_key (id, recorded_at) values ($1, $2) on conflict (id) do nothing returning id
     )
     select exists (select from noted) as "isNew", not exists (select from vault_master_key m where m.id <> $1) as "isFirst"`,
    [id, at],
  );
  return row;
}

/** Whether this master key was noted as in use. */
export async function isNoted(db: Queryable, id: string): Promise<boolean> {
  return (await db.query(`select id from vault_master_key where id = $1`, [id])).length > 0;
}

/** Lets nobody make or change owner keys until the transaction ends, and waits for those who do: whoever comes later sees what it did. */
export function stopOwnerKeys(tx: Tx): void {
  // Sealing waits behind us while we wait: a transaction that takes long makes us give up, not them.
  tx.send(`set local lock_timeout = '3s'`);
  tx.send(`lock table vault_key in share mode`);
}

/** Marks a master key as retired. False when it was before. */
export async function markRetired(tx: Tx, id: string, at: Date): Promise<boolean> {
  const marked = await tx.execute(
    `insert into vault_master_key as m (id, recorded_at, retired_at) values ($1, $2, $2)
     on conflict (id) do update set retired_at = excluded.retired_at where m.retired_at is null`,
    [id, at],
  );
  return marked > 0;
}

/** Master keys that were in use at some time, in the order in which that was noted. */
export function readNotedKeys(db: Queryable): Promise<{ id: string; retiredAt: Date | null }[]> {
  return db.query<{ id: string; retiredAt: Date | null }>(
    `select id, retired_at as "retiredAt" from vault_master_key order by recorded_at, id`,
  );
}
