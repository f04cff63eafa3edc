import { AppError, type Queryable } from '#platform';
import type { LogKeyRing } from '../../keys/log-key-ring';
import { readNewestCheckpoint } from '../../sealing/adapters/tree-store';
import { followKeys } from '../../tlog/key-chain';
import { parseVerifierKey } from '../../tlog/signed-note';
import { readCheckpoint } from '../../verifier/domain/check-notes';

/** Entries under the newest checkpoint, by what its note says and only if the log's key has signed it: the row beside the note may say anything.
 *  @returns 0 before the first
 *  @throws AppError `synclog-foreign` */
export async function verifiedSize(tx: Queryable, { current, chain }: LogKeyRing): Promise<number> {
  const newest = await readNewestCheckpoint(tx);
  if (newest === undefined) return 0;
  const { keys } = followKeys(parseVerifierKey(current.vkey), chain);
  const read = readCheckpoint(newest.note, keys);
  if (read !== undefined && read.problem === undefined && read.checkpoint.size === newest.size) return newest.size;
  throw new AppError({
    code: 'synclog-foreign',
    disposition: 'person',
    detail: 'the newest checkpoint in the database is not one that the log has signed',
  });
}
