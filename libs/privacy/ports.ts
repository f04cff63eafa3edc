import type { Vault } from '#access';
import type { Clock, Database, Ids } from '#platform';
import type { SyncLog, SyncLogActor } from '#synclog';
import type { LabelList } from './domain/labels';
import type { PurposePolicy } from './domain/purposes';

/** What every use case of this library works with. */
export interface PrivacyDeps {
  db: Database;
  vault: Vault;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
  labels: readonly LabelList[];
  purposePolicy: PurposePolicy;
}

/** Who asks, with what the sync log says about them. */
export interface Viewer {
  actor: SyncLogActor;
  roles: readonly string[];
  /** Communes the account is limited to; null = all. */
  units: readonly string[] | null;
}

export interface ActingViewer extends Viewer {
  idempotencyKey: string;
}
