import { hash } from 'node:crypto';
import { HASH_BYTES } from './tree-hash';

const NODE_PREFIX = 1;

/** Root of the hashes of a tile, as `rootOf` gives it, for many tiles: one call of the digest for a node, and no copy of each hash.
 *  @param tile 1 to 256 hashes of 32 bytes each */
export function rootOfTile(tile: Uint8Array): Buffer {
  const row = Buffer.from(tile);
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);
  for (let count = row.length / HASH_BYTES; count > 1; count = Math.ceil(count / 2)) {
    for (let at = 0; at < count; at += 2) {
      const from = at * HASH_BYTES;
      const to = (at / 2) * HASH_BYTES;
      if (at + 1 === count) row.copy(row, to, from, from + HASH_BYTES);
      else {
        row.copy(node, 1, from, from + 2 * HASH_BYTES);
        hash('sha256', node, 'buffer').copy(row, to);
      }
    }
  }
  return row.subarray(0, HASH_BYTES);
}
