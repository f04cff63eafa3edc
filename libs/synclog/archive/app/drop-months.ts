import { AppError, type Database } from '#platform';
import { closeMonth, dropMonth, lockLog, readExtentOf, type LogMonth } from '../adapters/month-store';

/** Tries to have the log for itself: with the pauses between them some seconds, in which writers wait a fraction of the time. */
const MOST_TRIES = 30;

/** Takes a month out of the database, if all its entries stand before the leaf that the archive reaches to: a clock far behind may have written into it since.
 *  @param again waits a moment
 *  @throws AppError `synclog-archive-early`, `synclog-archive-busy` (retry): somebody reads the log all the time; nothing was dropped */
export function dropIfArchived(
  db: Database,
  month: LogMonth,
  { beforeLeaf, again }: { beforeLeaf: number; again(): Promise<unknown> },
): Promise<void> {
  return db.run(async (tx) => {
    closeMonth(tx, month);
    const { unnumbered, lastLeaf } = await readExtentOf(tx, month);
    if (unnumbered > 0 || lastLeaf >= beforeLeaf)
      throw new AppError({
        code: 'synclog-archive-early',
        disposition: 'person',
        detail: `an entry came into ${month.month} meanwhile: compare the clocks, and run it again`,
      });
    for (let tried = 1; !(await lockLog(tx)); tried += 1) {
      if (tried === MOST_TRIES)
        throw new AppError({
          code: 'synclog-archive-busy',
          disposition: 'retry',
          detail: `somebody reads the log all the time (a backup, verify state): ${month.month} was not dropped; run it again later`,
        });
      await again();
    }
    await dropMonth(tx, month);
  });
}
