import { AppError, type Clock, type Database } from '#platform';
import { changeMasterKeyFile, readMasterKeyFile } from '../adapters/master-key-file';
import { countUnder, markRetired, stopOwnerKeys } from '../adapters/rewrap-store';
import { withoutKey } from '../domain/key-ring';
import type { KeyJournal } from '../ports';

export interface RetireMasterKeyDeps {
  db: Pick<Database, 'run' | 'query' | 'execute'>;
  keyDir: string;
  journal: KeyJournal;
  clock: Clock;
}

/** Takes an old master key out of use for good: first in the database, where from then on no owner key can be made under it, then out of the file.
 *  Killed in between, the same command finishes it. Backups of the database made before need the key: who keeps them keeps a copy of it.
 *  @throws AppError `master-key-in-use` (an owner key still hangs on it; `retry`, since the worker moves them), `master-key-current`,
 *  `master-key-prepared` (made after the current one: another machine may wrap with it already), `master-key-unknown` */
export async function retireMasterKey({ db, keyDir, journal, clock }: RetireMasterKeyDeps, id: string): Promise<void> {
  // Asked first, so that a wrong id changes nothing anywhere.
  without(keyDir, id);
  requireUnused(await countUnder(db, [id]), id);
  await db.run(async (tx) => {
    stopOwnerKeys(tx);
    requireUnused(await countUnder(tx, [id]), id);
    if (await markRetired(tx, id, clock.now()))
      await journal.append(tx, [
        { kind: 'key.retired', actor: { id: 'vault', type: 'system' }, detail: { keyId: id } },
      ]);
  });
  // Somebody else who retires it may have been faster.
  changeMasterKeyFile(keyDir, (ring) => (ring.keys.some((key) => key.id === id) ? withoutKey(ring, id) : ring));
}

function without(keyDir: string, id: string): void {
  const ring = readMasterKeyFile(keyDir);
  if (ring.currentId === id)
    throw new AppError({
      code: 'master-key-current',
      disposition: 'refuse',
      detail: `${id} is the current master key: change it first`,
    });
  const place = ring.keys.findIndex((key) => key.id === id);
  if (place < 0)
    throw new AppError({ code: 'master-key-unknown', disposition: 'refuse', detail: `there is no master key ${id}` });
  if (place > ring.keys.findIndex((key) => key.id === ring.currentId))
    throw new AppError({
      code: 'master-key-prepared',
      disposition: 'refuse',
      detail: `${id} was made after the current master key: another machine may wrap with it already`,
    });
}

function requireUnused(ownerKeys: number, id: string): void {
  if (ownerKeys === 0) return;
  const detail = `${ownerKeys} owner keys still hang on master key ${id}: the worker moves them, see vault status`;
  throw new AppError({ code: 'master-key-in-use', disposition: 'retry', detail });
}
