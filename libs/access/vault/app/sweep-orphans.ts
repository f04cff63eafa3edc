import { AppError, type Clock, type Log, type Queryable } from '#platform';
import { readInstallation, withoutOwner } from '../adapters/removal-store';
import type { OutsideStore } from '../ports';

export interface SweepOrphansDeps {
  db: Queryable;
  store: OutsideStore;
  clock: Clock;
  log: Log;
}

/** What nobody knows of stays so long, ms: longer than any message is read, and long enough for a person who has restored a backup by mistake. */
const MAX_ORPHAN_AGE_MS = 86_400_000;

/** Removes what lies in a store outside and belongs to nothing in the database, a part of the store each round. It comes from a writer that stood still
 *  while its draft was swept away, or from a time after the backup that the database was restored from; it has no key either way. */
export class OrphanSweep {
  private part = 0;

  constructor(private readonly deps: SweepOrphansDeps) {}

  /** @returns how many it removed
   *  @throws AppError `object-store-foreign` when the store belongs to another database: there everything would look like an orphan */
  async round(): Promise<number> {
    const { db, store, clock, log } = this.deps;
    await this.requireOurs();
    const part = this.part;
    this.part = (part + 1) % store.parts;
    const old = await store.listOlder(part, new Date(clock.now().getTime() - MAX_ORPHAN_AGE_MS));
    const orphans = old.length === 0 ? [] : await withoutOwner(db, old);
    if (orphans.length === 0) return 0;
    await store.remove(orphans);
    log.warn('vault.orphans-removed', { count: orphans.length, part });
    return orphans.length;
  }

  private async requireOurs(): Promise<void> {
    const { db, store } = this.deps;
    if (await store.belongsTo(await readInstallation(db))) return;
    throw new AppError({
      code: 'object-store-foreign',
      disposition: 'person',
      detail: 'OBJECT_DIR holds the objects of another installation: nothing is removed there',
    });
  }
}
