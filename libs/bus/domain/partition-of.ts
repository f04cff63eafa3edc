/** Partitions of `dossier.events` (CONTRACTS §3), and of the PostgreSQL driver. */
export const PARTITIONS = 12;

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The partition of a key, as Kafka's own clients compute it: the positive part of murmur2 over the UTF-8 bytes, modulo the count. */
export function partitionOf(key: string, partitions: number = PARTITIONS): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

/** Kafka's 32-bit murmur2 (org.apache.kafka.common.utils.Utils), as a signed integer. */
export function murmur2(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let word =
      byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24);
    word = Math.imul(word, M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  if (bytes.length > whole) {
    for (let at = bytes.length - 1; at >= whole; at -= 1) hash ^= byteAt(bytes, at) << (8 * (at - whole));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) | 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
