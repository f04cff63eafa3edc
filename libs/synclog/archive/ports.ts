import type { Queryable } from '#platform';

/** What months of the log were taken out of the database, by its paths as a log has them. */
export interface LogArchive {
  /** @returns undefined when there is no archive, or no such file in it */
  read(path: string): Promise<Buffer | undefined>;
}

/** Where the entries of the sealed log are: in the database, and its archived months beside it. */
export interface LogSource {
  tx: Queryable;
  archive: LogArchive;
}
