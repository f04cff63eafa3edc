import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { AppError, sha256, type Clock, type Ids, type Tx } from '#platform';
import { insertObjects, readObjectFacts, readObjects, type ObjectRow, type OpenableRow } from './adapters/vault-store';
import { OwnerKeys, type OwnerKey } from './app/owner-keys';
import { objectContext, ownerContext } from './domain/contexts';
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES, unwrapKey, wrapKey } from './domain/envelope';
import type { MasterKeys, PlainObject, SealedObject, SealItem, Vault, VaultOwner } from './ports';

export interface VaultOptions {
  /** Where `open` reads when no transaction is given. */
  db: Tx;
  keys: MasterKeys;
  ids: Ids;
  clock: Clock;
  /** Unwrapped owner keys kept in memory. @default 5_000 */
  maxCachedKeys?: number;
  /** How long an unwrapped owner key is kept. @default 60_000 ms */
  maxCachedAgeMs?: number;
}

/** The vault over PostgreSQL: AES-256-GCM, a data key per object wrapped by the key of its owner, that one wrapped by the
 *  master key (DESIGN §11). Object id, kind and owner are authenticated with each object. */
export function createVault(options: VaultOptions): Vault {
  const { db, keys, ids, clock } = options;
  const ownerKeys = new OwnerKeys({
    masterKeys: keys,
    ids,
    clock,
    maxCachedKeys: options.maxCachedKeys,
    maxCachedAgeMs: options.maxCachedAgeMs,
  });
  const dedupKey = createSecretKey(keys.derive('lienthong/dedup/1'));

  const sealMany = async (tx: Tx, items: readonly SealItem[]): Promise<SealedObject[][]> => {
    if (items.every((item) => item.objects.length === 0)) return items.map(() => []);
    const found = await ownerKeys.forSealing(tx, items);
    const rows = items.map((item) =>
      item.objects.map((object) => sealOne(object.ref ?? ids.next(), item, object, keyOf(found, item))),
    );
    const flat = rows.flat();
    const inserted = await insertObjects(tx, flat, clock.now());
    if (inserted !== flat.length)
      throw new AppError({
        code: 'vault-erased',
        disposition: 'person',
        status: 410,
        detail: 'the key of this content was erased',
      });
    return rows.map((list) => list.map((row) => ({ ref: row.id, digest: row.digest, salt: row.salt })));
  };

  const openMany = async (refs: readonly string[], tx?: Tx): Promise<Buffer[]> => {
    if (refs.length === 0) return [];
    const rows = new Map((await readObjects(tx ?? db, refs)).map((row) => [row.id, row]));
    const opened: Buffer[] = [];
    for (const ref of refs) {
      const row = rows.get(ref);
      if (!row)
        throw new AppError({
          code: 'vault-object-unknown',
          disposition: 'person',
          status: 404,
          detail: 'no such sealed object',
        });
      opened.push(openOne(row, await ownerKeys.forOpening(row.key, tx === undefined)));
    }
    return opened;
  };

  return {
    sealMany,
    openMany,
    seal: async (tx, owner, objects) => (await sealMany(tx, [{ ...owner, objects }]))[0],
    open: async (ref, tx) => (await openMany([ref], tx))[0],
    facts: (ref) => readObjectFacts(db, ref),
    dedupDigest: (bytes) => createHmac('sha256', dedupKey).update(bytes).digest(),
  };
}

function keyOf(found: ReadonlyMap<string, OwnerKey>, owner: VaultOwner): OwnerKey {
  const key = found.get(ownerContext(owner));
  if (!key) throw new AppError({ code: 'vault-key-missing', disposition: 'bug' });
  return key;
}

function sealOne(id: string, owner: VaultOwner, object: PlainObject, ownerKey: OwnerKey): ObjectRow {
  const context = objectContext(owner, id, object.kind);
  const key = randomBytes(KEY_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const salt = randomBytes(32);
  return {
    id,
    keyId: ownerKey.id,
    kind: object.kind,
    contentType: object.contentType,
    wrappedKey: wrapKey(ownerKey.key, key, context),
    nonce,
    ciphertext: encrypt(key, nonce, object.bytes, context),
    sizeBytes: object.bytes.length,
    salt,
    digest: sha256(salt, object.bytes),
  };
}

function openOne(row: OpenableRow, ownerKey: Buffer): Buffer {
  const context = objectContext(row.key, row.id, row.kind);
  const bytes = decrypt(unwrapKey(ownerKey, row.wrappedKey, context), row.nonce, row.ciphertext, context);
  // The digest is what receipts and sync log speak of; a wrong one would make their proofs void without anybody noticing.
  if (!sha256(row.salt, bytes).equals(row.digest)) {
    throw new AppError({
      code: 'vault-tampered',
      disposition: 'person',
      detail: 'a sealed object does not match its digest',
    });
  }
  return bytes;
}
