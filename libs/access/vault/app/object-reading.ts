import { createHash } from 'node:crypto';
import { AppError, sha256, type Queryable } from '#platform';
import type { OpenableRow } from '../adapters/vault-store';
import { chunkNonce, decodeHeader, NONCE_PREFIX_BYTES, type ChunkHeader } from '../domain/chunk-format';
import { chunkContext, objectContext } from '../domain/contexts';
import { decrypt, unwrapKey } from '../domain/envelope';
import type { ObjectPlaces, ObjectStore, VaultReading } from '../ports';

/** The bytes of an object, whole or in pieces. The header of a large one is authenticated here, each chunk as it is read, the digest
 *  at the end. @throws AppError `vault-tampered` */
export async function readingOf(
  row: OpenableRow,
  ownerKey: Buffer,
  { places, tx }: { places: ObjectPlaces; tx?: Queryable },
): Promise<VaultReading> {
  const context = objectContext(row.key, row.id, row.kind);
  const dataKey = unwrapKey(ownerKey, row.wrappedKey, context);
  const read: ReadChunk = (number) => storeOf(row, places).read(row.place ?? row.id, number, tx);
  // An object that was sealed whole and moved outside later has left no byte in its row.
  const isMoved = row.chunkCount === 0 && row.place !== null;
  const opened = decrypt(dataKey, row.nonce, isMoved ? await allOf(read) : row.ciphertext, context);
  if (row.chunkCount > 0) {
    const header = decodeHeader(opened);
    if (header.chunkCount !== row.chunkCount) throw tampered('a large object has another number of chunks');
    return {
      sizeBytes: header.sizeBytes,
      isLarge: true,
      sha256: header.sha256,
      chunks: () => chunksOf(row, header, dataKey, read),
    };
  }
  requireDigest(row, sha256(row.salt, opened));
  return {
    sizeBytes: opened.length,
    isLarge: false,
    // Asked for by few, and small objects are opened often.
    get sha256() {
      return sha256(opened);
    },
    chunks: async function* () {
      yield opened;
    },
  };
}

type ReadChunk = (number: number) => Promise<Buffer | undefined>;

async function allOf(read: ReadChunk): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let piece = await read(0); piece !== undefined; piece = await read(pieces.length)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* chunksOf(
  row: OpenableRow,
  header: ChunkHeader,
  dataKey: Buffer,
  read: ReadChunk,
): AsyncGenerator<Buffer> {
  const salted = createHash('sha256').update(row.salt);
  const prefix = row.nonce.subarray(0, NONCE_PREFIX_BYTES);
  let sizeBytes = 0;
  for (let number = 0; number < header.chunkCount; number += 1) {
    const ciphertext = await read(number);
    if (ciphertext === undefined) throw tampered('a chunk of a large object is missing');
    const nonce = chunkNonce(prefix, number, number === header.chunkCount - 1);
    const bytes = decrypt(dataKey, nonce, ciphertext, chunkContext(row.id));
    salted.update(bytes);
    sizeBytes += bytes.length;
    if (number === header.chunkCount - 1) {
      if (sizeBytes !== header.sizeBytes) throw tampered('a large object has another size');
      requireDigest(row, salted.digest());
    }
    yield bytes;
  }
}

function storeOf(row: OpenableRow, { inside, outside }: ObjectPlaces): ObjectStore {
  if (row.place === null) return inside;
  if (outside !== undefined) return outside.store;
  throw new AppError({
    code: 'vault-object-missing',
    disposition: 'person',
    detail: 'a sealed object lies outside the database, and no folder for these is set (OBJECT_DIR)',
  });
}

/** The digest is what receipts and sync log speak of; a wrong one would make their proofs void without anybody noticing. */
function requireDigest(row: OpenableRow, digest: Buffer): void {
  if (!digest.equals(row.digest)) throw tampered('a sealed object does not match its digest');
}

function tampered(detail: string): AppError {
  return new AppError({ code: 'vault-tampered', disposition: 'person', detail });
}
