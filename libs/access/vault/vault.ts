import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { AppError, sha256, type Clock, type Ids, type Queryable, type Tx } from '#platform';
import { deleteDrafts, deleteOldDrafts, takeDrafts } from './adapters/chunk-store';
import { databaseObjects } from './adapters/database-objects';
import { eraseKey } from './adapters/erasure-store';
import { insertObjects, readObjectFacts, readObjects, type ObjectRow } from './adapters/vault-store';
import { ChunkedDraft } from './app/draft-writer';
import { readingOf } from './app/object-reading';
import { OwnerKeys, type OwnerKey } from './app/owner-keys';
import { encodeHeader, headerNonce } from './domain/chunk-format';
import { objectContext, ownerContext } from './domain/contexts';
import { encrypt, KEY_BYTES, NONCE_BYTES, wrapKey } from './domain/envelope';
import type {
  DraftObject,
  MasterKeys,
  ObjectPlaces,
  PlainObject,
  SealedObject,
  SealItem,
  Vault,
  VaultOwner,
  VaultReading,
} from './ports';

const SALT_BYTES = 32;

export interface VaultOptions {
  /** Where `open` reads when no transaction is given. */
  db: Queryable;
  keys: MasterKeys;
  ids: Ids;
  clock: Clock;
  /** Unwrapped owner keys kept in memory. @default 5_000 */
  maxCachedKeys?: number;
  /** How long an unwrapped owner key is kept. @default 60_000 ms */
  maxCachedAgeMs?: number;
  /** Where large objects go instead of PostgreSQL. @default none */
  outside?: ObjectPlaces['outside'];
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
  const places: ObjectPlaces = { inside: databaseObjects(db, clock), outside: options.outside };
  const dedupKey = createSecretKey(keys.derive('lienthong/dedup/1'));

  const sealMany = async (tx: Tx, items: readonly SealItem[]): Promise<SealedObject[][]> => {
    if (items.every((item) => item.objects.length === 0)) return items.map(() => []);
    const found = await ownerKeys.forSealing(tx, items);
    const rows = items.map((item) => item.objects.map((object) => rowOf(ids, item, object, keyOf(found, item))));
    await takeAll(tx, draftsIn(items));
    insertObjects(tx, rows.flat(), clock.now());
    return rows.map((list) => list.map((row) => ({ ref: row.id, digest: row.digest, salt: row.salt })));
  };

  const readings = async (refs: readonly string[], tx?: Queryable): Promise<VaultReading[]> => {
    if (refs.length === 0) return [];
    const rows = new Map((await readObjects(tx ?? db, refs)).map((row) => [row.id, row]));
    const found: VaultReading[] = [];
    for (const ref of refs) {
      const row = rows.get(ref);
      if (!row)
        throw new AppError({
          code: 'vault-object-unknown',
          disposition: 'person',
          status: 404,
          detail: 'no such sealed object',
        });
      found.push(await readingOf(row, await ownerKeys.forOpening(row.key, tx === undefined), { places, tx }));
    }
    return found;
  };

  const openMany = async (refs: readonly string[], tx?: Queryable): Promise<Buffer[]> => {
    const opened: Buffer[] = [];
    for (const reading of await readings(refs, tx)) opened.push(await wholeOf(reading));
    return opened;
  };

  return {
    sealMany,
    openMany,
    seal: async (tx, owner, objects) => (await sealMany(tx, [{ ...owner, objects }]))[0],
    open: async (ref, tx) => (await openMany([ref], tx))[0],
    openStream: async (ref) => (await readings([ref]))[0],
    beginDraft: () => new ChunkedDraft(ids.next(), { db, clock, places }),
    discardDrafts: (refs) => (refs.length === 0 ? Promise.resolve() : deleteDrafts(db, refs, clock.now())),
    sweepDrafts: (before) => deleteOldDrafts(db, { before, limit: MAX_SWEPT, at: clock.now() }),
    eraseOwner: async (tx, owner) => {
      ownerKeys.forget(owner);
      return eraseKey(tx, { ...owner, id: ids.next() }, clock.now());
    },
    facts: (ref) => readObjectFacts(db, ref),
    dedupDigest: (bytes) => createHmac('sha256', dedupKey).update(bytes).digest(),
  };
}

/** Drafts of one sweep: each may have hundreds of chunks. */
const MAX_SWEPT = 20;

async function wholeOf(reading: VaultReading): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of reading.chunks()) pieces.push(piece);
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

function draftsIn(items: readonly SealItem[]): string[] {
  return items.flatMap(({ objects }) => objects.flatMap((object) => ('draft' in object ? [object.draft.ref] : [])));
}

async function takeAll(tx: Tx, refs: readonly string[]): Promise<void> {
  if (refs.length === 0 || (await takeDrafts(tx, refs)) === refs.length) return;
  throw new AppError({
    code: 'vault-draft-lost',
    disposition: 'retry',
    detail: 'a large object is not there any more, or has an owner already',
  });
}

function keyOf(found: ReadonlyMap<string, OwnerKey>, owner: VaultOwner): OwnerKey {
  const key = found.get(ownerContext(owner));
  if (!key) throw new AppError({ code: 'vault-key-missing', disposition: 'bug' });
  return key;
}

function rowOf(ids: Ids, owner: VaultOwner, object: PlainObject | DraftObject, ownerKey: OwnerKey): ObjectRow {
  return 'draft' in object
    ? sealDraft(owner, object, ownerKey)
    : sealOne(object.ref ?? ids.next(), owner, object, ownerKey);
}

/** Of a large object the header is sealed as if it were the bytes: owner, kind, number of chunks and digest are authenticated with it. */
function sealDraft(owner: VaultOwner, { kind, contentType, draft }: DraftObject, ownerKey: OwnerKey): ObjectRow {
  const { ref, sizeBytes, sha256: digestOfBytes, sealing } = draft;
  const context = objectContext(owner, ref, kind);
  const nonce = headerNonce(sealing.noncePrefix);
  const header = encodeHeader({ ...sealing, sizeBytes, sha256: digestOfBytes });
  return {
    id: ref,
    keyId: ownerKey.id,
    kind,
    contentType,
    wrappedKey: wrapKey(ownerKey.key, sealing.dataKey, context),
    nonce,
    ciphertext: encrypt(sealing.dataKey, nonce, header, context),
    sizeBytes,
    chunkCount: sealing.chunkCount,
    place: sealing.outside ? ref : null,
    salt: sealing.salt,
    digest: sealing.digest,
  };
}

function sealOne(id: string, owner: VaultOwner, object: PlainObject, ownerKey: OwnerKey): ObjectRow {
  const context = objectContext(owner, id, object.kind);
  const random = randomBytes(KEY_BYTES + NONCE_BYTES + SALT_BYTES);
  const key = random.subarray(0, KEY_BYTES);
  const nonce = random.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
  const salt = random.subarray(KEY_BYTES + NONCE_BYTES);
  return {
    id,
    keyId: ownerKey.id,
    kind: object.kind,
    contentType: object.contentType,
    wrappedKey: wrapKey(ownerKey.key, key, context),
    nonce,
    ciphertext: encrypt(key, nonce, object.bytes, context),
    sizeBytes: object.bytes.length,
    chunkCount: 0,
    place: null,
    salt,
    digest: sha256(salt, object.bytes),
  };
}
