import { cancelMoot, resolveByEvidence } from '#delivery';
import type { Decision, DossierEvent, DossierState } from '#dossier';
import type { Tx } from '#platform';
import type { SyncLogActor, SyncLogEntryInput } from '#synclog';

const ENDS: readonly Decision[] = ['withdraw', 'stop', 'refuse'];

export interface TakenDecision {
  decision: Decision;
  /** As it was before the decision. */
  state: DossierState;
  events: readonly DossierEvent[];
  actor: SyncLogActor;
}

/** What a decision does to deliveries, in its own transaction; the caller holds the dossier's lock.
 *  Returns the sync log entries to append. */
export async function applyDecisionEffects(tx: Tx, taken: TakenDecision, now: Date): Promise<SyncLogEntryInput[]> {
  return [...(await cancelMootDeliveries(tx, taken, now)), ...(await settleHandOver(tx, taken, now))];
}

/** Members that every entry about a dossier has. */
export function aboutDossier(
  { id, codes, unit, procedure }: DossierState,
  actor: SyncLogActor,
): Omit<SyncLogEntryInput, 'kind'> {
  return { actor, dossierId: id, codes: [codes.dvclt, ...(codes.oneStop ? [codes.oneStop] : [])], unit, procedure };
}

/** What an end by the one-stop makes moot: the unsent registration (CONTRACTS §2), and news for the one-stop itself. In the order of the
 *  lanes' locks. */
const MOOT_AT_END = [
  { partner: 'hotich', operation: 'submit-registration' },
  { partner: 'onestop', operation: 'report-status' },
] as const;

async function cancelMootDeliveries(
  tx: Tx,
  { decision, state, actor }: TakenDecision,
  now: Date,
): Promise<SyncLogEntryInput[]> {
  if (!ENDS.includes(decision)) return [];
  const reasonCode = `decision.${decision}`;
  const entries: SyncLogEntryInput[] = [];
  for (const lane of MOOT_AT_END) {
    const { cancelled } = await cancelMoot(tx, { ...lane, dossierId: state.id, reasonCode }, now);
    const detail = { count: cancelled, reasonCode };
    if (cancelled > 0) entries.push({ ...aboutDossier(state, actor), ...lane, kind: 'delivery.cancelled', detail });
  }
  return entries;
}

/** A decision that names the one-stop's code proves that the hand-over of unknown outcome arrived (CONTRACTS §1.3). */
async function settleHandOver(
  tx: Tx,
  { state, events, actor }: TakenDecision,
  now: Date,
): Promise<SyncLogEntryInput[]> {
  if (!events.some((event) => event.type === 'one-stop-code.assigned')) return [];
  const lane = { partner: 'onestop' as const, operation: 'hand-over-dossier' };
  const reasonCode = 'evidence.decision';
  const settled = await resolveByEvidence(tx, { ...lane, dossierId: state.id, reasonCode }, now);
  return settled.map((deliveryId) => ({
    ...aboutDossier(state, actor),
    ...lane,
    kind: 'delivery.settled',
    outcome: 'already-applied',
    detail: { deliveryId, reasonCode },
  }));
}
