import type { Queryable, Tx } from '#platform';

/** An object whose bytes are inside PostgreSQL and large enough for the store outside. */
export interface ObjectToMove {
  id: string;
  sizeBytes: number;
  /** 0 where the bytes are in `ciphertext`, else that is its header, and stays. */
  chunkCount: number;
  ciphertext: Buffer;
}

/** How far a pass has come: it begins with the smallest objects that are too large for the inside. */
export interface MovePlace {
  sizeBytes: number;
  id: string;
}

/** Objects behind `after` that can still be opened, by size: along the index, which holds large objects that are inside and no others. */
export function readObjectsToMove(db: Queryable, after: MovePlace, limit: number): Promise<ObjectToMove[]> {
  return db.query<ObjectToMove>(
    `select o.id, o.size_bytes as "sizeBytes", o.chunk_count as "chunkCount", o.ciphertext
     from vault_object o join vault_key k on k.id = o.key_id
     where o.place is null and o.size_bytes >= 65536 and (o.size_bytes, o.id) > ($1, $2::uuid) and k.wrapped is not null
     order by o.size_bytes, o.id limit $3`,
    [after.sizeBytes, after.id, limit],
  );
}

/** Says where the bytes of an object lie now. Those inside go with the row, or are noted for removal after `removeAt`: somebody may be reading them.
 *  False when another worker was faster, or its owner was erased. */
export async function setPlace(
  tx: Tx,
  { id, chunkCount }: ObjectToMove,
  { place, removeAt }: { place: string; removeAt: Date },
): Promise<boolean> {
  const moved = await tx.execute(
    `with moved as (
       update vault_object set place = $2, ciphertext = case when chunk_count = 0 then ''::bytea else ciphertext end
       where id = $1 and place is null and exists (select from vault_key k where k.id = key_id and k.wrapped is not null)
       returning id
     ), noted as (
       insert into vault_removal (object_id, outside, due_at) select id, false, $4 from moved where $3::integer > 0 on conflict do nothing
     )
     select id from moved`,
    [id, place, chunkCount, removeAt],
  );
  return moved > 0;
}
