import type { Clock, Database } from '#platform';
import { isNoted, noteMasterKey } from '../adapters/rewrap-store';
import type { KeyJournal, MasterKeys } from '../ports';

export interface NoteMasterKeyDeps {
  db: Pick<Database, 'run' | 'query' | 'execute'>;
  keys: Pick<MasterKeys, 'ids' | 'currentId'>;
  journal: KeyJournal;
  clock: Clock;
}

/** Says once in the sync log that the master key was changed. The change itself is a file: whichever process sees it first writes the entry, with the
 *  row that keeps the others from writing it too. The key that an installation began with is no change.
 *  @returns whether it noted a key */
export async function noteCurrentMasterKey({ db, keys, journal, clock }: NoteMasterKeyDeps): Promise<boolean> {
  const { ids, currentId } = keys;
  if (await isNoted(db, currentId)) return false;
  return db.run(async (tx) => {
    const { isNew, isFirst } = await noteMasterKey(tx, currentId, clock.now());
    const previous = ids[ids.indexOf(currentId) - 1] as string | undefined;
    if (isNew && !(isFirst && previous === undefined))
      await journal.append(tx, [
        {
          kind: 'key.rotated',
          actor: { id: 'vault', type: 'system' },
          detail: { keyId: currentId, ...(previous === undefined ? {} : { previousKeyId: previous }) },
        },
      ]);
    return isNew;
  });
}
