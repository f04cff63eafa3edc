import type { ApplyOutcomes } from '#delivery';
import type { PartnerId } from '#dossier';
import type { Clock, Database, Ids, Log } from '#platform';
import type { SyncLog } from '#synclog';
import type { ReconciliationPolicy } from '../domain/reconciliation-policy';
import type { ReconciledPartner } from '../ports';

/** Makes and dry-runs a replay of settled deliveries; whether it starts by itself is the policy's of replays. Equal requests for one run are one plan. */
export type ProposeReplay = (proposal: { reconciliationId: string; deliveryIds: readonly string[] }) => Promise<void>;

/** What a worker compares with. */
export interface RunDeps {
  db: Database;
  workerId: string;
  policy: ReconciliationPolicy;
  partners: Readonly<Record<PartnerId, ReconciledPartner>>;
  /** Longest that one call to the partner may take, ms. */
  deadlineMs(partner: PartnerId): number;
  /** Whether the partner may be asked once more today: comparisons leave the larger part of the calls that it takes in a day to deliveries. */
  hasRoom(partner: PartnerId): Promise<boolean>;
  /** The one-stop calls us with its decisions; else we ask for them, and what we have not heard is ours to find. */
  decisionsByPush: boolean;
  applyOutcomes: ApplyOutcomes;
  proposeReplay: ProposeReplay;
  syncLog: Pick<SyncLog, 'append'>;
  clock: Clock;
  ids: Ids;
  log: Log;
}
