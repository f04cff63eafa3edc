import { AppError, type Queryable } from '#platform';
import { hasOutsideObjects, readInstallation } from '../adapters/removal-store';
import type { OutsideStore } from '../ports';

/** Refuses a folder that is not the one this database's objects lie in, before anything is written to it; one that nobody has used yet becomes ours.
 *  @throws AppError `object-store-foreign` when it belongs to another installation, `object-store-absent` when it belongs to nobody though objects of
 *  this one lie outside: the folder under a mount that is missing looks like that */
export async function requireOwnStore(db: Queryable, store: OutsideStore): Promise<void> {
  const installation = await readInstallation(db);
  if ((await store.mark()) === undefined && (await hasOutsideObjects(db)))
    throw refused(
      'object-store-absent',
      'OBJECT_DIR has no file "installation", but objects of this installation lie outside PostgreSQL: is the folder mounted?',
    );
  if (!(await store.belongsTo(installation)))
    throw refused(
      'object-store-foreign',
      'OBJECT_DIR holds the objects of another installation: nothing is written or removed there',
    );
}

function refused(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
