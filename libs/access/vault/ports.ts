import type { Tx } from '#platform';

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

export interface SealItem extends VaultOwner {
  objects: readonly PlainObject[];
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
  seal(tx: Tx, owner: VaultOwner, objects: readonly PlainObject[]): Promise<SealedObject[]>;
  /** Seals the objects of many owners with one insert; one list per item, in order.
   *  @throws AppError `vault-erased` when an owner's key was erased */
  sealMany(tx: Tx, items: readonly SealItem[]): Promise<SealedObject[][]>;
  /** The bytes as sealed, authenticated and digest-checked. Give the open transaction to read what it sealed itself.
   *  @throws AppError `vault-object-unknown`, `vault-erased`, `vault-tampered` */
  open(ref: string, tx?: Tx): Promise<Buffer>;
  /** Many at once, in the order of `refs`. */
  openMany(refs: readonly string[], tx?: Tx): Promise<Buffer[]>;
  /** Kind, type and size; absent for an unknown reference. */
  facts(ref: string): Promise<VaultObjectFacts | undefined>;
  /** HMAC-SHA-256 under a key derived from the master key: equal bytes are recognised, and nobody without the key can
   *  try out names or numbers against it. 32 bytes. */
  dedupDigest(bytes: Uint8Array): Buffer;
}
