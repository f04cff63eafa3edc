import type { Queryable } from '#platform';
import { readMasterKeyFile } from '../adapters/master-key-file';
import { countRemovals } from '../adapters/removal-store';
import { countByMasterKey, readNotedKeys } from '../adapters/rewrap-store';

interface MasterKeyStatus {
  id: string;
  /** `old` ones can be retired when no owner key is left; `missing` ones wrap owner keys and are not in the file. */
  state: 'current' | 'old' | 'prepared' | 'missing';
  /** RFC 3339; null for the first key of an installation. */
  madeAt: string | null;
  ownerKeys: number;
}

export interface VaultStatus {
  masterKeys: readonly MasterKeyStatus[];
  /** Owner keys that the worker has still to wrap by the current master key. */
  toRewrap: number;
  /** Ids of keys that were retired, with the time. */
  retired: readonly { id: string; at: Date }[];
  /** Large objects whose bytes the worker has still to remove. */
  toRemove: number;
}

/** The keys of the vault as file and database say. @throws AppError `master-key-unreadable` */
export async function readVaultStatus(db: Queryable, keyDir: string): Promise<VaultStatus> {
  const { keys, currentId } = readMasterKeyFile(keyDir);
  const [counts, noted, toRemove] = await Promise.all([countByMasterKey(db), readNotedKeys(db), countRemovals(db)]);
  const countOf = new Map(counts.map(({ masterKeyId, ownerKeys }) => [masterKeyId, ownerKeys]));
  const currentAt = keys.findIndex(({ id }) => id === currentId);
  const there = keys.map(({ id, madeAt }, at): MasterKeyStatus => {
    const state = at === currentAt ? 'current' : at < currentAt ? 'old' : 'prepared';
    return { id, madeAt, state, ownerKeys: countOf.get(id) ?? 0 };
  });
  const missing = counts
    .filter(({ masterKeyId }) => !keys.some(({ id }) => id === masterKeyId))
    .map(({ masterKeyId: id, ownerKeys }): MasterKeyStatus => ({ id, state: 'missing', madeAt: null, ownerKeys }));
  const old = there.filter(({ state }) => state === 'old');
  return {
    masterKeys: [...there, ...missing],
    toRewrap: old.reduce((sum, { ownerKeys }) => sum + ownerKeys, 0),
    retired: noted.flatMap(({ id, retiredAt }) => (retiredAt === null ? [] : [{ id, at: retiredAt }])),
    toRemove,
  };
}
