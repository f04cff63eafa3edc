import { AppError, type Clock, type Database, type Ids, type Log } from '#platform';
import { insertOutsideDraft, takeDrafts } from '../adapters/chunk-store';
import { readObjectsToMove, setPlace, type MovePlace, type ObjectToMove } from '../adapters/move-store';
import { SEALED_CHUNK_BYTES } from '../domain/chunk-format';
import type { ObjectPlaces } from '../ports';

export interface MoveOutsideDeps {
  db: Database;
  places: Required<ObjectPlaces>;
  ids: Ids;
  clock: Clock;
  log: Log;
}

/** Objects of one round: each may be some tens of megabytes. */
const BATCH = 4;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Nobody reads one object for so long, ms. */
const MAX_READING_MS = 3_600_000;

/** Moves sealed bytes of large objects out of PostgreSQL: of those sealed whole, in a transaction that must not wait for a file, and of those from
 *  before there was a store outside. The bytes stay as they are, under a name of their own: a file is first a draft like any other, so that a crash
 *  leaves nothing that is not swept, and of two workers one has moved the object. */
export class MoveOutside {
  /** How far this pass has come: an object that cannot be moved keeps no other from it. */
  private after: MovePlace | undefined;

  constructor(private readonly deps: MoveOutsideDeps) {}

  /** @returns how many it has looked at; 0 at the end of a pass */
  async round(): Promise<number> {
    const { db, places } = this.deps;
    const after = this.after ?? { sizeBytes: places.outside.minBytes, id: BEFORE_ALL };
    const objects = await readObjectsToMove(db, after, BATCH);
    for (const object of objects) {
      await this.move(object);
      this.after = { sizeBytes: object.sizeBytes, id: object.id };
    }
    if (objects.length === 0) this.after = undefined;
    return objects.length;
  }

  private async move(object: ObjectToMove): Promise<void> {
    const { db, clock, ids, log, places } = this.deps;
    const place = ids.next();
    await insertOutsideDraft(db, place, clock.now());
    let number = 0;
    for await (const piece of this.piecesOf(object)) {
      if (!(await places.outside.store.append(place, number, piece))) throw lost();
      number += 1;
    }
    if (number < object.chunkCount) return log.error('vault.object-tampered', { ref: object.id });
    if (!(await places.outside.store.finish(place))) throw lost();
    const removeAt = new Date(clock.now().getTime() + MAX_READING_MS);
    await db.run(async (tx) => {
      if ((await takeDrafts(tx, [place])) === 0) throw lost();
      // What was written for nothing is a draft again.
      if (!(await setPlace(tx, object, { place, removeAt }))) await insertOutsideDraft(tx, place, clock.now());
    });
  }

  /** Ends early where a chunk is missing. */
  private async *piecesOf({ id, chunkCount, ciphertext }: ObjectToMove): AsyncGenerator<Buffer> {
    if (chunkCount === 0)
      for (let from = 0; from < ciphertext.length; from += SEALED_CHUNK_BYTES)
        yield ciphertext.subarray(from, from + SEALED_CHUNK_BYTES);
    for (let number = 0; number < chunkCount; number += 1) {
      const chunk = await this.deps.places.inside.read(id, number);
      if (chunk === undefined) return;
      yield chunk;
    }
  }
}

function lost(): AppError {
  return new AppError({ code: 'vault-draft-lost', disposition: 'retry', detail: 'a move took too long and was swept' });
}
