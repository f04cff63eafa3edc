import type { Clock, Log, Queryable } from '#platform';
import { withoutOwner } from '../adapters/removal-store';
import type { OutsideStore } from '../ports';
import { requireOwnStore } from './require-own-store';

export interface SweepOrphansDeps {
  db: Queryable;
  store: OutsideStore;
  clock: Clock;
  log: Log;
}

/** What was written less than this ago is not looked at, ms: longer than any message is read. */
const MIN_AGE_MS = 86_400_000;
/** What was seen as an orphan stays so long after that, ms: long enough for a person who has restored a backup by mistake. */
const ORPHAN_MS = 86_400_000;
/** References of one question to the database. */
const BATCH = 1_000;

/** Removes what lies in a store outside and belongs to nothing in the database. It comes from a writer that stood still while its draft was swept away,
 *  or from a time after the backup that the database was restored from. The age of a file says nothing of how long it has had no owner: the first look
 *  only sets it aside, where it can still be read, and it goes when it has had none for a day. What has an owner after all is put back by every look,
 *  so that an installation takes back what a copy of its database has set aside. */
export class OrphanSweep {
  private part = 0;

  constructor(private readonly deps: SweepOrphansDeps) {}

  /** Looks at all that was set aside and at the next part of the store. @returns how many it removed
   *  @throws AppError as `requireOwnStore`: in the store of another database everything would look like an orphan */
  async round(): Promise<number> {
    const { db, store } = this.deps;
    await requireOwnStore(db, store);
    const removed = await this.lookAside();
    const part = this.part;
    this.part = (part + 1) % store.parts;
    await this.setAside(part);
    return removed;
  }

  private async lookAside(): Promise<number> {
    const { db, store, clock, log } = this.deps;
    const aside = await store.listAside();
    const before = clock.now().getTime() - ORPHAN_MS;
    let removed = 0;
    for (let from = 0; from < aside.length; from += BATCH) {
      const batch = aside.slice(from, from + BATCH);
      const refs = batch.map(({ ref }) => ref);
      const orphans = new Set(await withoutOwner(db, refs));
      const owned = refs.filter((ref) => !orphans.has(ref));
      const over = batch.filter(({ ref, since }) => orphans.has(ref) && since.getTime() < before);
      await store.takeBack(owned);
      await store.remove(over.map(({ ref }) => ref));
      if (owned.length > 0) log.warn('vault.orphans-taken-back', { count: owned.length });
      if (over.length > 0) log.warn('vault.orphans-removed', { count: over.length });
      removed += over.length;
    }
    return removed;
  }

  private async setAside(part: number): Promise<void> {
    const { db, store, clock, log } = this.deps;
    const now = clock.now();
    const old = await store.listOlder(part, new Date(now.getTime() - MIN_AGE_MS));
    const orphans = old.length === 0 ? [] : await withoutOwner(db, old);
    if (orphans.length === 0) return;
    await store.setAside(orphans, now);
    log.warn('vault.orphans-set-aside', { count: orphans.length, part });
  }
}
