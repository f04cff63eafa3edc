import { createHash } from 'node:crypto';

/** Hashes of the Merkle tree of RFC 6962 §2.1 over SHA-256; 32 bytes each. */
export const HASH_BYTES = 32;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Root of the tree without entries. */
const EMPTY_ROOT = createHash('sha256').digest();

/** @param entry the bytes that stand in the entry bundle */
export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(entry).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** Root of these hashes, taken as the leaves of a tree (or as the roots of equal, full subtrees). A lone node rises unchanged. */
export function rootOf(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 0) return EMPTY_ROOT;
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2)
      above.push(at + 1 < row.length ? nodeHash(row[at], row[at + 1]) : row[at]);
    row = above;
  }
  return Buffer.from(row[0]);
}
