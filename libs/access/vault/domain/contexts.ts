import type { VaultOwner } from '../ports';

/** What is authenticated with an owner's key: a wrapped key moved to another owner does not open. */
export function ownerContext(owner: VaultOwner): string {
  return `lienthong/vault/1|${owner.ownerKind}|${owner.ownerId}`;
}

/** What is authenticated with an object and its data key: neither another row nor another owner can carry them. */
export function objectContext(owner: VaultOwner, ref: string, kind: string): string {
  return `${ownerContext(owner)}|${ref}|${kind}`;
}

/** What is authenticated with every chunk of a large object. Its owner and kind are not known while it is written; the header, which is
 *  sealed under `objectContext`, binds them. */
export function chunkContext(ref: string): string {
  return `lienthong/vault-chunk/1|${ref}`;
}
