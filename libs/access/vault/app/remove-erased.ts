import type { Clock, Queryable } from '#platform';
import { deleteRemovals, readRemovals } from '../adapters/removal-store';
import type { ObjectPlaces, ObjectStore } from '../ports';

/** Objects of one round: each may have hundreds of chunks. */
const BATCH = 20;

export interface RemoveErasedDeps {
  db: Queryable;
  places: ObjectPlaces;
  clock: Clock;
}

/** Removes the bytes of large objects that nobody can open any more, or that lie elsewhere now. The row that asks for it goes last: killed in between, the next round removes
 *  what is left and forgets the row. @returns how many it removed */
export async function removeErased({ db, places, clock }: RemoveErasedDeps): Promise<number> {
  const now = clock.now();
  const fromInside = await removeFrom(db, places.inside, { isOutside: false, now });
  return fromInside + (places.outside ? await removeFrom(db, places.outside.store, { isOutside: true, now }) : 0);
}

async function removeFrom(
  db: Queryable,
  store: ObjectStore,
  { isOutside, now: due }: { isOutside: boolean; now: Date },
): Promise<number> {
  const refs = await readRemovals(db, isOutside, { due, limit: BATCH });
  if (refs.length === 0) return 0;
  await store.remove(refs);
  await deleteRemovals(db, refs);
  return refs.length;
}
