import { AppError, type Queryable } from '#platform';
import { keysOf, type LogKeyRing } from '../../keys/log-key-ring';
import { readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { readCheckpoint } from '../../verifier/domain/check-notes';

/** Entries under the newest checkpoint, by what its note says and only if the log's key has signed it: the row beside the note may say anything.
 *  @returns 0 before the first
 *  @throws AppError `synclog-foreign` */
export async function verifiedSize(tx: Queryable, ring: LogKeyRing): Promise<number> {
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined) return 0;
  const read = readCheckpoint(newest.note, keysOf(ring));
  if (read !== undefined && read.problem === undefined && read.checkpoint.size === newest.size) return newest.size;
  throw new AppError({
    code: 'synclog-foreign',
    disposition: 'person',
    detail: 'the newest checkpoint in the database is not one that the log has signed',
  });
}
