import { createHash, randomBytes, type Hash } from 'node:crypto';
import { AppError, type Clock, type Queryable } from '#platform';
import { insertOutsideDraft } from '../adapters/chunk-store';
import { CHUNK_BYTES, chunkNonce, NONCE_PREFIX_BYTES } from '../domain/chunk-format';
import { chunkContext } from '../domain/contexts';
import { encrypt, KEY_BYTES } from '../domain/envelope';
import type { DraftWriter, ObjectPlaces, ObjectStore, VaultDraft } from '../ports';

export interface DraftWriterDeps {
  db: Queryable;
  clock: Clock;
  places: ObjectPlaces;
}

/** Encrypts and stores the bytes of one large object chunk by chunk. A full chunk waits for the next byte: only then is it known not to
 *  be the last. Where there is a store outside, chunks wait in memory until they are too many to stay inside, or the object has ended. */
export class ChunkedDraft implements DraftWriter {
  private readonly dataKey = randomBytes(KEY_BYTES);
  private readonly noncePrefix = randomBytes(NONCE_PREFIX_BYTES);
  private readonly salt = randomBytes(32);
  private readonly salted: Hash = createHash('sha256').update(this.salt);
  private readonly plain: Hash = createHash('sha256');
  private readonly chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  private filled = 0;
  private chunkCount = 0;
  private sizeBytes = 0;
  private store: ObjectStore | undefined;
  private waiting: Buffer[] = [];

  constructor(
    readonly ref: string,
    private readonly deps: DraftWriterDeps,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      if (this.filled === CHUNK_BYTES) await this.flush(false);
      const taken = bytes.subarray(from, from + CHUNK_BYTES - this.filled);
      this.chunk.set(taken, this.filled);
      this.filled += taken.length;
      from += taken.length;
    }
  }

  async finish(): Promise<VaultDraft> {
    await this.flush(true);
    if (!(await this.store?.finish(this.ref))) throw lost();
    const outside = this.store === this.deps.places.outside?.store;
    const { ref, sizeBytes, dataKey, noncePrefix, chunkCount, salt } = this;
    return {
      ref,
      sizeBytes,
      sha256: this.plain.digest(),
      sealing: {
        dataKey,
        noncePrefix,
        chunkCount,
        chunkBytes: CHUNK_BYTES,
        salt,
        digest: this.salted.digest(),
        outside,
      },
    };
  }

  private async flush(isLast: boolean): Promise<void> {
    const bytes = this.chunk.subarray(0, this.filled);
    const number = this.chunkCount;
    this.salted.update(bytes);
    this.plain.update(bytes);
    const nonce = chunkNonce(this.noncePrefix, number, isLast);
    const ciphertext = encrypt(this.dataKey, nonce, bytes, chunkContext(this.ref));
    this.sizeBytes += this.filled;
    this.chunkCount += 1;
    this.filled = 0;
    this.waiting.push(ciphertext);
    if (this.store === undefined) await this.choose(isLast);
    if (this.store !== undefined) await this.append(this.store);
  }

  private async choose(isLast: boolean): Promise<void> {
    const { inside, outside } = this.deps.places;
    if (outside !== undefined && this.sizeBytes >= outside.minBytes) {
      await insertOutsideDraft(this.deps.db, this.ref, this.deps.clock.now());
      this.store = outside.store;
    } else if (outside === undefined || isLast) this.store = inside;
  }

  private async append(store: ObjectStore): Promise<void> {
    const first = this.chunkCount - this.waiting.length;
    for (const [n, ciphertext] of this.waiting.entries())
      if (!(await store.append(this.ref, first + n, ciphertext))) throw lost();
    this.waiting = [];
  }
}

function lost(): AppError {
  return new AppError({
    code: 'vault-draft-lost',
    disposition: 'retry',
    detail: 'a large object was not finished in time',
  });
}
