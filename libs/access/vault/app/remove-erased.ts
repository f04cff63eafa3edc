import type { Clock, Queryable } from '#platform';
import { deleteRemovals, readRemovals } from '../adapters/removal-store';
import type { ObjectPlaces } from '../ports';

/** Objects of one round: each may have hundreds of chunks. */
const BATCH = 20;

export interface RemoveErasedDeps {
  db: Queryable;
  places: ObjectPlaces;
  clock: Clock;
}

/** Removes the bytes of large objects that nobody can open any more, or that lie elsewhere now. What is outside and was swept is set aside first: in a
 *  database that was restored by mistake it may be a draft still, and an object in the right one. The row that asks for it goes last: killed in between,
 *  the next round removes what is left and forgets the row. @returns how many it removed */
export async function removeErased({ db, places, clock }: RemoveErasedDeps): Promise<number> {
  const now = clock.now();
  const inside = await readRemovals(db, false, { due: now, limit: BATCH });
  const outside = places.outside ? await readRemovals(db, true, { due: now, limit: BATCH }) : [];
  const refsOf = (rows: typeof outside): string[] => rows.map(({ ref }) => ref);
  if (inside.length > 0) await places.inside.remove(refsOf(inside));
  if (outside.length > 0) {
    await places.outside?.store.setAside(refsOf(outside.filter((row) => row.isAside)), now);
    await places.outside?.store.remove(refsOf(outside.filter((row) => !row.isAside)));
  }
  const done = refsOf([...inside, ...outside]);
  if (done.length > 0) await deleteRemovals(db, done);
  return done.length;
}
