import { evolve, lockDossiers, type Actor, type DossierEvent, type DossierState } from '#dossier';
import type { Tx } from '#platform';
import type { ResolveDeps } from './resolve-unknown';

/** States in which a delivery no longer waits for a person. */
const MET = ['queued', 'in-flight', 'waiting', 'settled', 'cancelled'];

interface CauseRow {
  dossierId: string;
  event: DossierEvent;
  /** Of the delivery that the event names; null when it names none. */
  deliveryStatus: string | null;
  /** A difference that was seen no more later. */
  isClosed: boolean;
}

/** Takes the mark "a person has to look" off dossiers whose every cause since it was last taken off is a delivery that somebody has dealt
 *  with, or a difference that is seen no more. The caller holds the dossiers' locks and has written the deliveries.
 *  @param by who dealt with it, and how: the reason of `attention.cleared`, `delivery.classified` unless it is given */
export async function clearMetAttention(
  tx: Tx,
  dossierIds: readonly string[],
  { actor, reason = 'delivery.classified' }: { actor: Actor; reason?: string },
  { applyOutcomes }: Pick<ResolveDeps, 'applyOutcomes'>,
): Promise<void> {
  const states = await lockDossiers(tx, [...dossierIds].sort());
  const marked = [...states.values()].filter((state): state is DossierState => state?.attention === true);
  if (marked.length === 0) return;
  const standing = await standingCauses(tx, marked);
  await applyOutcomes(
    tx,
    marked
      .filter((state) => !standing.has(state.id))
      .map(({ id }) => ({ dossierId: id, command: { kind: 'clear-attention', reason }, actor })),
    states,
  );
}

/** Dossiers that have a cause left. Whether an event is a cause, the fold itself says. */
async function standingCauses(tx: Tx, marked: readonly DossierState[]): Promise<Set<string>> {
  const causes = await tx.query<CauseRow>(
    `select j.dossier_id as "dossierId", jsonb_build_object('type', j.type, 'data', j.data) as event, d.status as "deliveryStatus",
       j.type = 'discrepancy.found' and exists (
         select from journal c where c.dossier_id = j.dossier_id and c.seq > j.seq and c.type = 'discrepancy.closed'
           and c.data ->> 'partner' = j.data ->> 'partner' and c.data ->> 'class' = j.data ->> 'class') as "isClosed"
     from journal j left join delivery d on d.id = (j.data ->> 'deliveryId')::uuid
     where j.dossier_id = any($1::uuid[])
       and j.seq > coalesce((select max(c.seq) from journal c where c.dossier_id = j.dossier_id and c.type = 'attention.cleared'), 1)`,
    [marked.map((state) => state.id)],
  );
  const states = new Map(marked.map((state) => [state.id, state]));
  return new Set(causes.filter((cause) => isStanding(cause, states)).map((cause) => cause.dossierId));
}

function isStanding(
  { dossierId, event, deliveryStatus, isClosed }: CauseRow,
  states: ReadonlyMap<string, DossierState>,
): boolean {
  const state = states.get(dossierId);
  if (!state || isClosed || (deliveryStatus !== null && MET.includes(deliveryStatus))) return false;
  return evolve({ ...state, attention: false }, event, state.updatedAt).attention;
}
