import type { Clock, Queryable } from '#platform';
import type { ObjectPlaces, OutsideStore } from '../ports';
import { databaseObjects } from './database-objects';
import { folderObjects } from './folder-objects';

export interface ObjectPlacesOptions {
  db: Queryable;
  clock: Clock;
  /** OBJECT_DIR; null keeps everything in PostgreSQL. */
  objectDir: string | null;
  /** OBJECT_MIN_BYTES. */
  objectMinBytes: number;
}

/** Where the settings want large objects. `outsideStore` is what its upkeep needs.
 *  @throws AppError `object-dir-unusable` naming the folder */
export function objectPlaces(options: ObjectPlacesOptions): ObjectPlaces & { outsideStore?: OutsideStore } {
  const inside = databaseObjects(options.db, options.clock);
  if (options.objectDir === null) return { inside };
  const outsideStore = folderObjects(options.objectDir);
  return { inside, outside: { store: outsideStore, minBytes: options.objectMinBytes }, outsideStore };
}
