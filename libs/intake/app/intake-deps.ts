import type { Vault } from '#access';
import type { Procedure } from '#dossier';
import type { Clock, Database, Doorbell, Ids, Log } from '#platform';
import type { SyncLog } from '#synclog';
import type { UnitCrossWalk } from '../domain/unit-cross-walk';

/** What every use case of the intake works with. */
export interface IntakeDeps {
  db: Database;
  vault: Vault;
  syncLog: SyncLog;
  procedures: readonly Procedure[];
  units: UnitCrossWalk;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** Rung after a commit that brought events. */
  doorbell: Pick<Doorbell, 'ring'>;
}
