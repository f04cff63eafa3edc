import type { ResolveDeps } from '#delivery';
import type { Clock, Database, Ids } from '#platform';
import type { SyncLog } from '#synclog';
import type { ReplayPolicy } from '../domain/replay-policy';
import type { LookDeps } from './look-at-items';

/** What a worker runs plans with. */
export interface RunDeps extends LookDeps, Pick<ResolveDeps, 'applyOutcomes'> {
  db: Database;
  workerId: string;
  policy: ReplayPolicy;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
}
