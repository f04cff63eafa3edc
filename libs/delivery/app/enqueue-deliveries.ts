import type { PartnerId } from '#dossier';
import type { Ids, Tx } from '#platform';
import type { DeliveryFacts } from '../ports';
import { laneText } from './lane-locks';
import { LOCK_LANES } from './lane-locks';
import { refreshLanes } from './refresh-lanes';

/** A duty that a fact caused. (partner, dossier, causedSeq, replay 0, step) is its identity: told twice, it stands once. */
export interface NewDelivery {
  partner: PartnerId;
  dossierId: string;
  operation: string;
  unit: string;
  procedure: string;
  /** Journal number of the fact: the order within the lane. */
  causedSeq: number;
  /** Order among the deliveries of one fact. */
  step: number;
  facts: DeliveryFacts;
  /** `cancelled`: moot before it was written down, kept for the record. @default 'queued' */
  status?: 'queued' | 'cancelled';
}

/** Queues many deliveries and wakes their lanes. The caller holds the dossiers' locks: both inserts refer to
 *  the dossier and would wait for its lock while they hold the lane's, a deadlock with every settlement. It
 *  rings the doorbell `lanes` after the commit.
 *  @returns how many were new */
export async function enqueueDeliveries(
  tx: Tx,
  deliveries: readonly NewDelivery[],
  deps: { ids: Ids; now: Date },
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const lanes = [
    ...new Map(deliveries.map((one) => [laneText(one), { partner: one.partner, dossierId: one.dossierId }])).values(),
  ];
  openLanes(tx, lanes);
  const inserted = await insertDeliveries(tx, deliveries, deps);
  if (inserted > 0) refreshLanes(tx, lanes);
  return inserted;
}

/** Makes the lanes that are missing and locks all: nobody settles or claims them between here and our commit. Those that nobody has leased
 *  get a new version by `refreshLanes`, by which a claim that looked earlier notices that the head may be another (see claim-lanes). */
function openLanes(tx: Tx, lanes: readonly { partner: string; dossierId: string }[]): void {
  const keys = [lanes.map((lane) => lane.partner), lanes.map((lane) => lane.dossierId)];
  tx.send(
    `insert into lane (partner, dossier_id)
     select key.partner, key.dossier_id from unnest($1::text[], $2::uuid[]) as key (partner, dossier_id)
     order by key.partner, key.dossier_id
     on conflict (partner, dossier_id) do nothing`,
    keys,
  );
  tx.send(LOCK_LANES, keys);
}

async function insertDeliveries(
  tx: Tx,
  deliveries: readonly NewDelivery[],
  deps: { ids: Ids; now: Date },
): Promise<number> {
  const rows = deliveries.map((one) => ({
    id: deps.ids.next(),
    partner: one.partner,
    dossier_id: one.dossierId,
    operation: one.operation,
    unit: one.unit,
    procedure: one.procedure,
    caused_seq: one.causedSeq,
    step: one.step,
    status: one.status ?? 'queued',
    facts: one.facts,
  }));
  return tx.execute(
    `insert into delivery (id, partner, dossier_id, operation, unit, procedure, caused_seq, step, status, facts, due_at, created_at, settled_at)
     select r.id, r.partner, r.dossier_id, r.operation, r.unit, r.procedure, r.caused_seq, r.step, r.status, r.facts, $2, $2,
            case when r.status = 'cancelled' then $2::timestamptz end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, partner text, dossier_id uuid, operation text, unit text, procedure text,
                                              caused_seq integer, step integer, status text, facts jsonb)
     on conflict (partner, dossier_id, caused_seq, replay_number, step) do nothing`,
    [JSON.stringify(rows), deps.now],
  );
}
