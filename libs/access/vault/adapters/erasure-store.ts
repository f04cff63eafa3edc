import type { Tx } from '#platform';
import type { ErasedOwner, VaultOwner } from '../ports';

/** Erases the key of an owner, or leaves an erased one where there was none, so that nothing can be sealed for it later. Large objects are noted
 *  for removal in the same statement: what holds their bytes may lie outside the database.
 *  Race: an object that another transaction seals meanwhile is not counted; its data key is wrapped by the key that goes. */
export async function eraseKey(tx: Tx, owner: VaultOwner & { id: string }, at: Date): Promise<ErasedOwner> {
  const [row] = await tx.query<{ keys: number; objects: number }>(
    `with erased as (
       insert into vault_key as k (id, owner_kind, owner_id, master_key_id, wrapped, created_at, erased_at)
       values ($1, $2, $3, 'none', null, $4, $4)
       on conflict (owner_kind, owner_id) do update set wrapped = null, erased_at = excluded.erased_at where k.wrapped is not null
       returning id
     ), objects as (
       select o.id, o.place, o.chunk_count from vault_object o join erased e on e.id = o.key_id
     ), noted as (
       insert into vault_removal (object_id, outside, due_at)
       select coalesce(place, id), place is not null, $4 from objects where chunk_count > 0 or place is not null on conflict do nothing
     )
     select (select count(*) from erased)::integer as keys, (select count(*) from objects)::integer as objects`,
    [owner.id, owner.ownerKind, owner.ownerId, at],
  );
  return { isNew: row.keys > 0, objects: row.objects };
}
