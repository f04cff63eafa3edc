import { type Queryable, type Tx } from '#platform';
import { erasedKey } from '../domain/erased-key';
import type { VaultObjectFacts, VaultOwner } from '../ports';
import { KEY_BYTES, NONCE_BYTES, WRAPPED_KEY_BYTES } from '../domain/envelope';

export interface OwnerKeyRow extends VaultOwner {
  id: string;
  masterKeyId: string;
  /** Null once erased. */
  wrapped: Buffer | null;
}

export interface ObjectRow {
  id: string;
  keyId: string;
  kind: string;
  contentType: string;
  /** 60 bytes: nonce ‖ ciphertext ‖ tag of the data key. */
  wrappedKey: Buffer;
  /** 12 bytes. */
  nonce: Buffer;
  /** Bytes and tag; of a large object its sealed header, the bytes are in its chunks. */
  ciphertext: Buffer;
  sizeBytes: number;
  /** 0 where the bytes are in the row itself. */
  chunkCount: number;
  /** What its bytes are called in the store outside PostgreSQL; null where they are inside. */
  place: string | null;
  /** 32 bytes. */
  salt: Buffer;
  /** 32 bytes. */
  digest: Buffer;
}

/** An object with the key row of its owner. */
export type OpenableRow = Omit<ObjectRow, 'keyId' | 'contentType' | 'sizeBytes'> & { key: OwnerKeyRow };

/** The key rows of the owners: those that were there, and the offered ones where there was none. None is made under a retired master key: a process
 *  that has not seen the change yet would make content that nobody can open.
 *  `mine` is true for a row that this very transaction inserted: a rollback takes it away again, so nobody may keep it.
 *  Race: an owner whose row another transaction commits between our snapshot and our insert is in neither part of the
 *  answer; the caller asks again, and the next snapshot has it. */
export async function ensureOwnerKeys(
  tx: Tx,
  offered: readonly OwnerKeyRow[],
  at: Date,
): Promise<(OwnerKeyRow & { mine: boolean })[]> {
  return tx.query<OwnerKeyRow & { mine: boolean }>(
    `with offered as (
       select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bytea[]) as o(id, owner_kind, owner_id, master_key_id, wrapped)
     ), usable as (
       select * from offered o where not exists (select from vault_master_key m where m.id = o.master_key_id and m.retired_at is not null)
     ), inserted as (
       insert into vault_key (id, owner_kind, owner_id, master_key_id, wrapped, created_at)
       select id, owner_kind, owner_id, master_key_id, wrapped, $6 from usable order by owner_kind, owner_id
       on conflict (owner_kind, owner_id) do nothing
       returning id, owner_kind, owner_id, master_key_id, wrapped
     )
     select id, owner_kind as "ownerKind", owner_id as "ownerId", master_key_id as "masterKeyId", wrapped, true as mine from inserted
     union all
     select k.id, k.owner_kind, k.owner_id, k.master_key_id, k.wrapped, coalesce(k.xmin = pg_current_xact_id_if_assigned()::xid, false)
     from vault_key k join offered o using (owner_kind, owner_id)`,
    [
      offered.map((row) => row.id),
      offered.map((row) => row.ownerKind),
      offered.map((row) => row.ownerId),
      offered.map((row) => row.masterKeyId),
      offered.map((row) => row.wrapped),
      at,
    ],
  );
}

/** One insert for all. Bytes go as one binary parameter per column, cut apart by the server: an array of byte strings
 *  would travel as hex text of twice the size. Fewer rows than given means that a key is gone: the transaction fails with `vault-erased`. */
export function insertObjects(tx: Tx, rows: readonly ObjectRow[], at: Date): void {
  const offsets: number[] = [];
  let offset = 1;
  for (const row of rows) {
    offsets.push(offset);
    offset += row.ciphertext.length;
  }
  tx.send(
    `insert into vault_object (id, key_id, kind, content_type, wrapped_key, nonce, ciphertext, size_bytes, chunk_count, place, salt, digest, created_at)
     select o.id, o.key_id, o.kind, o.content_type,
       substring($8::bytea from ((n - 1) * ${WRAPPED_KEY_BYTES} + 1)::int for ${WRAPPED_KEY_BYTES}),
       substring($9::bytea from ((n - 1) * ${NONCE_BYTES} + 1)::int for ${NONCE_BYTES}),
       substring($10::bytea from o.start for o.length),
       o.size_bytes, o.chunk_count, o.place,
       substring($11::bytea from ((n - 1) * ${KEY_BYTES} + 1)::int for ${KEY_BYTES}),
       substring($12::bytea from ((n - 1) * ${KEY_BYTES} + 1)::int for ${KEY_BYTES}),
       $13
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $14::int[], $15::uuid[])
       with ordinality as o(id, key_id, kind, content_type, start, length, size_bytes, chunk_count, place, n)
     join vault_key k on k.id = o.key_id and k.wrapped is not null`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.keyId),
      rows.map((row) => row.kind),
      rows.map((row) => row.contentType),
      offsets,
      rows.map((row) => row.ciphertext.length),
      rows.map((row) => row.sizeBytes),
      Buffer.concat(rows.map((row) => row.wrappedKey)),
      Buffer.concat(rows.map((row) => row.nonce)),
      Buffer.concat(rows.map((row) => row.ciphertext)),
      Buffer.concat(rows.map((row) => row.salt)),
      Buffer.concat(rows.map((row) => row.digest)),
      at,
      rows.map((row) => row.chunkCount),
      rows.map((row) => row.place),
    ],
    (inserted) => (inserted === rows.length ? undefined : erasedKey()),
  );
}

interface FlatOpenableRow extends Omit<OpenableRow, 'key'>, VaultOwner {
  keyId: string;
  masterKeyId: string;
  wrapped: Buffer | null;
}

export async function readObjects(tx: Queryable, refs: readonly string[]): Promise<OpenableRow[]> {
  const rows = await tx.query<FlatOpenableRow>(
    `select o.id, o.kind, o.wrapped_key as "wrappedKey", o.nonce, o.ciphertext, o.chunk_count as "chunkCount", o.place, o.salt, o.digest,
       k.id as "keyId", k.owner_kind as "ownerKind", k.owner_id as "ownerId", k.master_key_id as "masterKeyId", k.wrapped
     from vault_object o join vault_key k on k.id = o.key_id where o.id = any($1::uuid[])`,
    [refs],
  );
  return rows.map(({ keyId, ownerKind, ownerId, masterKeyId, wrapped, ...object }) => ({
    ...object,
    key: { id: keyId, ownerKind, ownerId, masterKeyId, wrapped },
  }));
}

export async function readObjectFacts(tx: Queryable, ref: string): Promise<VaultObjectFacts | undefined> {
  const rows = await tx.query<VaultObjectFacts>(
    `select id as ref, kind, content_type as "contentType", size_bytes as "sizeBytes" from vault_object where id = $1`,
    [ref],
  );
  return rows[0];
}
