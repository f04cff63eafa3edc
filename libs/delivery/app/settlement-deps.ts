import type { Vault } from '#access';
import type { CommandOnDossier, LockedDossiers, PartnerId } from '#dossier';
import type { Clock, Database, Ids, Log, Random, Tx } from '#platform';
import type { SyncLog } from '#synclog';
import type { PartnerAdapter } from '../ports';

/** Tells dossiers what came of their deliveries; `applyCommands` of `#dossier` with its dependencies bound. */
export type ApplyOutcomes = (
  tx: Tx,
  commands: readonly CommandOnDossier[],
  locked?: LockedDossiers,
) => Promise<unknown>;

/** What a settlement works with. */
export interface SettlementDeps {
  db: Pick<Database, 'run'>;
  workerId: string;
  /** The rules of the partner whose attempt is settled. */
  adapterOf(partner: PartnerId): Pick<PartnerAdapter, 'policy' | 'repeatPolicy'>;
  applyOutcomes: ApplyOutcomes;
  syncLog: Pick<SyncLog, 'append'>;
  vault: Pick<Vault, 'sealMany' | 'dedupDigest'>;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
}
