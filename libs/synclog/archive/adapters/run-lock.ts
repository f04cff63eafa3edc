import { AppError, type Database } from '#platform';

/** Of the archive runs of one database. */
const LOCK = 7306;

/** One archive run at a time: two would take each other's files for their own. The lock goes with the run's connection.
 *  @throws AppError `synclog-archive-busy` */
export async function alone<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const client = await db.pool.connect();
  client.on('error', ignore);
  try {
    const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK}) as locked`);
    if (!rows[0].locked)
      throw new AppError({
        code: 'synclog-archive-busy',
        disposition: 'retry',
        detail: 'another archive run is under way on this database',
      });
    return await work();
  } finally {
    // The connection ends, and the lock with it; but not at once.
    await client.query(`select pg_advisory_unlock(${LOCK})`).catch(ignore);
    client.off('error', ignore);
    client.release(true);
  }
}

/** Its loss shows at the next statement of the run. */
function ignore(): void {}
