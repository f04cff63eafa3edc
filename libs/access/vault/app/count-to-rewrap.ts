import type { Queryable } from '#platform';
import { countUnder } from '../adapters/rewrap-store';
import type { MasterKeys } from '../ports';
import { olderKeys } from './older-keys';

/** Owner keys that still hang on a master key older than the current one. */
export async function countToRewrap(db: Queryable, keys: MasterKeys): Promise<number> {
  await keys.refresh();
  const older = olderKeys(keys);
  return older.length === 0 ? 0 : countUnder(db, older);
}
