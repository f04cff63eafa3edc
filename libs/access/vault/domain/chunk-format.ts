import { AppError } from '#platform';
import { NONCE_BYTES, TAG_BYTES } from './envelope';

/** Plain bytes of every chunk of a large object but the last: small enough that reading ten files at once never holds up the loop for
 *  long, large enough that a message of 70 MB takes hundreds of statements and not thousands. */
export const CHUNK_BYTES = 262_144;

/** Every sealed chunk but the last. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

/** Random part of the nonces of one object; its data key is used for nothing else. */
export const NONCE_PREFIX_BYTES = 7;

/** The last byte of a nonce says what it was used for: a chunk cannot stand for another place, nor a middle one for the last
 *  (the STREAM construction, Hoang and others 2015). */
const USE = { chunk: 0, lastChunk: 1, header: 2 } as const;

function nonceOf(prefix: Buffer, counter: number, use: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  prefix.copy(nonce, 0, 0, NONCE_PREFIX_BYTES);
  nonce.writeUInt32BE(counter, NONCE_PREFIX_BYTES);
  nonce[NONCE_BYTES - 1] = use;
  return nonce;
}

export function chunkNonce(prefix: Buffer, number: number, isLast: boolean): Buffer {
  return nonceOf(prefix, number, isLast ? USE.lastChunk : USE.chunk);
}

/** Nonce of the header; it is stored with the object, and the prefix is read out of it. */
export function headerNonce(prefix: Buffer): Buffer {
  return nonceOf(prefix, 0, USE.header);
}

/** What is sealed in place of the bytes of a large object. */
export interface ChunkHeader {
  sizeBytes: number;
  chunkCount: number;
  chunkBytes: number;
  /** SHA-256 of all bytes. */
  sha256: Buffer;
}

const HEADER_BYTES = 48;

export function encodeHeader({ sizeBytes, chunkCount, chunkBytes, sha256 }: ChunkHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeBigUInt64BE(BigInt(sizeBytes), 0);
  header.writeUInt32BE(chunkCount, 8);
  header.writeUInt32BE(chunkBytes, 12);
  sha256.copy(header, 16);
  return header;
}

/** @throws AppError `vault-tampered` */
export function decodeHeader(header: Buffer): ChunkHeader {
  if (header.length !== HEADER_BYTES)
    throw new AppError({
      code: 'vault-tampered',
      disposition: 'person',
      detail: 'the header of a large object has another length',
    });
  return {
    sizeBytes: Number(header.readBigUInt64BE(0)),
    chunkCount: header.readUInt32BE(8),
    chunkBytes: header.readUInt32BE(12),
    sha256: Buffer.from(header.subarray(16)),
  };
}
