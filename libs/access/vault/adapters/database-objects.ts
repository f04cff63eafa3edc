import type { Clock, Queryable } from '#platform';
import type { ObjectStore } from '../ports';
import { deleteChunks, insertChunk, readChunk } from './chunk-store';

/** Sealed chunks as rows of PostgreSQL, a draft with its first chunk. Whatever is committed is on disk: `finish` has nothing to do. */
export function databaseObjects(db: Queryable, clock: Clock): ObjectStore {
  return {
    append: (ref, number, ciphertext) => insertChunk(db, { draftId: ref, number, ciphertext }, clock.now()),
    finish: async () => true,
    read: (ref, number, tx = db) => readChunk(tx, ref, number),
    remove: (refs) => deleteChunks(db, refs),
  };
}
