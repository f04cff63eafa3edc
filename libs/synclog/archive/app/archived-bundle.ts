import { AppError, codeOf } from '#platform';
import { readTile } from '../../sealing/adapters/tree-store';
import { tilePath, TILE_WIDTH } from '../../tlog/tiles';
import { wholeBundleHashes } from '../../verifier/domain/bundle';
import { readMonthOfLeaf } from '../adapters/archive-store';
import type { LogArchive, LogSource } from '../ports';

/** A full bundle of entries from the archive, after its bytes were compared with the tree.
 *  @returns undefined when these entries were never archived
 *  @throws AppError 410 `sync-log-archived` when the archive is not at hand, or does not hold what was sealed */
export async function readArchivedBundle({ tx, archive }: LogSource, index: number): Promise<Buffer | undefined> {
  const month = await readMonthOfLeaf(tx, index * TILE_WIDTH);
  if (month === undefined) return undefined;
  const bundle = await readFrom(archive, index, month);
  const tile = await readTile(tx, 0, index);
  const hashes = wholeBundleHashes(bundle, TILE_WIDTH);
  if (hashes === undefined || tile?.equals(hashes) !== true) throw away(month, 'does not hold what was sealed');
  return bundle;
}

async function readFrom(archive: LogArchive, index: number, month: string): Promise<Buffer> {
  let bundle: Buffer | undefined;
  try {
    bundle = await archive.read(tilePath({ level: 'entries', index, width: TILE_WIDTH }));
  } catch (error) {
    throw away(month, `cannot be read by this gateway (${codeOf(error)})`);
  }
  if (bundle === undefined) throw away(month, 'is not within reach of this gateway');
  return bundle;
}

function away(month: string, how: string): AppError {
  return new AppError({
    code: 'sync-log-archived',
    disposition: 'person',
    status: 410,
    detail: `the entries of ${month} left the database for the archive, which ${how}; ask for those of later months with since, or have ARCHIVE_DIR put back`,
  });
}
