import type { Queryable, Tx } from '#platform';

/** The key that everything hangs on. A key service may stand behind it; the file driver reads KEY_DIR/master.key. */
export interface MasterKeys {
  /** Id of the key that wraps new keys. */
  readonly currentId: string;
  /** Encrypts a 32-byte key; `context` is authenticated with it. */
  wrap(key: Buffer, context: string): Promise<Buffer>;
  /** @throws AppError `master-key-unknown` for another id, `vault-tampered` when bytes or context do not fit */
  unwrap(masterKeyId: string, wrapped: Buffer, context: string): Promise<Buffer>;
  /** 32 bytes derived from the current key (HKDF-SHA-256) for one purpose. */
  derive(purpose: string): Buffer;
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
   *  @throws AppError `vault-tampered` at the piece that was changed, moved or is missing */
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
  /** Kind, type and size; absent for an unknown reference. */
  facts(ref: string): Promise<VaultObjectFacts | undefined>;
  /** HMAC-SHA-256 under a key derived from the master key: equal bytes are recognised, and nobody without the key can
   *  try out names or numbers against it. 32 bytes. */
  dedupDigest(bytes: Uint8Array): Buffer;
}
