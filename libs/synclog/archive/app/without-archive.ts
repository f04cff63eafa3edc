import type { Queryable } from '#platform';
import { folderArchive } from '../adapters/folder-archive';
import type { LogSource } from '../ports';

/** A log that is in its database as a whole. */
export function withoutArchive(tx: Queryable): LogSource {
  return { tx, archive: folderArchive(null) };
}
