import { isConnectionLost, OutageLog, pause } from '#platform';
import type { Foundation } from './foundation';

const ASK_EVERY_MS = 500;

/** A worker that starts while the database is away waits for it: ending instead would use up its supervisor's patience.
 *  @throws what the database refuses for another reason (a wrong password, a missing role): waiting would not help */
export async function untilDatabaseAnswers({ db, log }: Pick<Foundation, 'db' | 'log'>): Promise<void> {
  const outage = new OutageLog(log, 'worker.database');
  for (;;) {
    try {
      await db.query('select 1');
      return outage.recovered();
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      outage.failed(error);
      await pause(ASK_EVERY_MS, new AbortController().signal);
    }
  }
}
