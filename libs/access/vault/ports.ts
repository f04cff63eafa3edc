import type { Queryable, Tx } from '#platform';

/** A key under the master key that was current when it was wrapped. */
export interface WrappedKey {
  masterKeyId: string;
  wrapped: Buffer;
}

/** The keys that everything hangs on. A key service may stand behind them; the file driver reads KEY_DIR/master.key. They may change while we run. */
export interface MasterKeys {
  /** Id of the key that wraps new keys, as far as we know now; what was wrapped says itself by which. */
  readonly currentId: string;
  /** Ids of all keys that are there, oldest first. */
  readonly ids: readonly string[];
  /** Encrypts a 32-byte key under the current master key; `context` is authenticated with it. */
  wrap(key: Buffer, context: string): Promise<WrappedKey>;
  /** @throws AppError `master-key-unknown` for an id that is not there even now, `vault-tampered` when bytes or context do not fit */
  unwrap(masterKeyId: string, wrapped: Buffer, context: string): Promise<Buffer>;
  /** 32 bytes for one purpose (HKDF-SHA-256). The same for the life of the installation: a change of the master key does not change them. */
  derive(purpose: string): Buffer;
  /** Looks for changed keys now. @throws AppError `master-key-unreadable` */
  refresh(): Promise<void>;
}

/** An entry of the sync log about a master key: its id and nothing else of it. */
export interface KeyEntry {
  kind: 'key.rotated' | 'key.retired';
  actor: { id: string; type: 'system' };
  detail: { keyId: string; previousKeyId?: string };
}

/** Where changes of the master key are told; the sync log is one. */
export interface KeyJournal {
  append(tx: Tx, entries: readonly KeyEntry[]): Promise<unknown>;
}

/** Whose key wraps an object: erasing that key erases all that belongs to the owner (DESIGN §11). */
export interface VaultOwner {
  ownerKind: 'dossier' | 'message';
  ownerId: string;
}

/** Kinds of sealed objects; part of what is authenticated. */
export type VaultObjectKind =
  'raw' | 'stage' | 'content' | 'attachment' | 'officer-note' | 'result' | 'result-file' | 'rendered' | 'answer';

export interface PlainObject {
  /** Made by the caller (UUIDv7) when another object of the same batch must name it. @default a new id */
  ref?: string;
  kind: VaultObjectKind;
  contentType: string;
  bytes: Uint8Array;
}

/** A large object whose chunks are stored already and which belongs to nobody yet. Its data key lives in this value alone: until `sealMany`
 *  gives the draft to an owner nothing can read its chunks, and a crash leaves bytes without a key. */
export interface VaultDraft {
  ref: string;
  sizeBytes: number;
  /** SHA-256 of the bytes. Personal data like the bytes themselves: it stays inside the vault and in memory. */
  sha256: Buffer;
  /** For the vault only. */
  readonly sealing: DraftSealing;
}

/** What the vault needs to make an object of a draft. A secret. */
export interface DraftSealing {
  dataKey: Buffer;
  noncePrefix: Buffer;
  chunkCount: number;
  chunkBytes: number;
  salt: Buffer;
  digest: Buffer;
  /** Its chunks lie outside PostgreSQL. */
  outside: boolean;
}

/** A draft on its way to its owner. */
export interface DraftObject {
  kind: VaultObjectKind;
  contentType: string;
  draft: VaultDraft;
}

/** Takes the bytes of one large object as they come; holds one chunk of them in memory. */
export interface DraftWriter {
  readonly ref: string;
  /** Resolves when further bytes may come. @throws AppError `vault-draft-lost` when it was swept away */
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<VaultDraft>;
}

/** A sealed object read in pieces. */
export interface VaultReading {
  sizeBytes: number;
  /** It was written as a draft. */
  isLarge: boolean;
  /** SHA-256 of the bytes. */
  sha256: Buffer;
  /** The bytes in order, each piece authenticated before it is given; may be asked for again.
   *  @throws AppError `vault-tampered` at the piece that was changed, moved or is missing, `vault-object-missing` when the store outside has
   *  nothing of it */
  chunks(): AsyncIterable<Buffer>;
}

export interface SealItem extends VaultOwner {
  objects: readonly (PlainObject | DraftObject)[];
}

/** What is left of a payload outside the vault. `digest` = SHA-256(salt ‖ bytes), 32 bytes each. */
export interface SealedObject {
  ref: string;
  digest: Buffer;
  salt: Buffer;
}

/** What an object is, without opening it. */
export interface VaultObjectFacts {
  ref: string;
  kind: string;
  contentType: string;
  sizeBytes: number;
}

/** Where the sealed chunks of large objects lie. It knows neither keys nor owners, and what it holds is no secret. */
export interface ObjectStore {
  /** Takes the next chunk of an object; 0 begins it. False when it was removed meanwhile. */
  append(ref: string, number: number, ciphertext: Buffer): Promise<boolean>;
  /** When it resolves, all chunks outlive a loss of power and can be read. False when they were removed meanwhile. */
  finish(ref: string): Promise<boolean>;
  /** A chunk of a finished object; absent where it has none of this number.
   *  @throws AppError `vault-object-missing` where a store can tell that nothing of the object is there */
  read(ref: string, number: number, tx?: Queryable): Promise<Buffer | undefined>;
  /** Removes what is there of these objects, finished or not. */
  remove(refs: readonly string[]): Promise<void>;
}

/** A store outside PostgreSQL: what it holds and what the database knows of may come apart, by a crash or by a restored backup. */
export interface OutsideStore extends ObjectStore {
  /** The store is listed part by part, so that no look at it takes long. */
  readonly parts: number;
  /** References of what lies in this part and was last written before `before`. @param part from 0 */
  listOlder(part: number, before: Date): Promise<string[]>;
  /** Keeps what is finished of these apart as orphans seen at `at`, still readable, and removes what is not finished. */
  setAside(refs: readonly string[], at: Date): Promise<void>;
  /** What was set aside and is there still. */
  listAside(): Promise<SetAside[]>;
  /** Puts back what was set aside and has an owner after all. */
  takeBack(refs: readonly string[]): Promise<void>;
  /** Id of the installation that the store belongs to; absent where it belongs to nobody yet. */
  mark(): Promise<string | undefined>;
  /** Whether the store is this installation's; one that belongs to nobody yet becomes so. */
  belongsTo(installation: string): Promise<boolean>;
}

/** An orphan that waits for its end, since it was first seen as one. */
export interface SetAside {
  ref: string;
  since: Date;
}

/** Which large objects go where. */
export interface ObjectPlaces {
  inside: ObjectStore;
  /** @default none: all stay inside */
  outside?: { store: OutsideStore; /** Smallest object that goes there, bytes. */ minBytes: number };
}

/** What an erasure met. */
export interface ErasedOwner {
  /** False when the owner had been erased before. */
  isNew: boolean;
  /** Sealed objects of this owner that nobody can open any more by this erasure. */
  objects: number;
}

/** Payloads encrypted at rest (DESIGN §11). References may travel anywhere; bytes only come out of `open`. */
export interface Vault {
  /** Seals the objects of one owner, in order. */
  seal(tx: Tx, owner: VaultOwner, objects: readonly (PlainObject | DraftObject)[]): Promise<SealedObject[]>;
  /** Seals the objects of many owners with one insert; one list per item, in order.
   *  @throws AppError `vault-erased` when an owner's key was erased, `vault-draft-lost` (retry) when a draft was swept away or given
   *  to an owner before */
  sealMany(tx: Tx, items: readonly SealItem[]): Promise<SealedObject[][]>;
  /** The bytes as sealed, authenticated and digest-checked. Give the open transaction to read what it sealed itself.
   *  @throws AppError `vault-object-unknown`, `vault-erased`, `vault-tampered` */
  open(ref: string, tx?: Queryable): Promise<Buffer>;
  /** Many at once, in the order of `refs`. */
  openMany(refs: readonly string[], tx?: Queryable): Promise<Buffer[]>;
  /** As `open`, in constant memory: for what may be large. */
  openStream(ref: string): Promise<VaultReading>;
  /** Begins a large object. Its chunks are written at once, outside any transaction; `sealMany` makes an object of it. */
  beginDraft(): DraftWriter;
  /** Removes drafts that were not given to an owner; does nothing to those that were. */
  discardDrafts(refs: readonly string[]): Promise<void>;
  /** Removes the drafts that a crash left behind, begun before `before`; a bounded number. Returns how many. */
  sweepDrafts(before: Date): Promise<number>;
  /** Erases the key of an owner and with it all content of that owner, for good: nothing can be opened from the commit on, nor sealed for it any
   *  more, even where it had no key yet. Digests, salts and sizes stay, so that the sync log still verifies. Bytes of large objects are removed
   *  later by the worker. Other processes may hold the key in memory for a minute more, without a way to use it. */
  eraseOwner(tx: Tx, owner: VaultOwner): Promise<ErasedOwner>;
  /** Kind, type and size; absent for an unknown reference. */
  facts(ref: string): Promise<VaultObjectFacts | undefined>;
  /** HMAC-SHA-256 under a key derived from the master key: equal bytes are recognised, and nobody without the key can
   *  try out names or numbers against it. 32 bytes. */
  dedupDigest(bytes: Uint8Array): Buffer;
}
