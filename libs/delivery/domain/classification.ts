import type { Command, PartnerId } from '#dossier';
import { rfc3339 } from '#platform';
import type { DeliveryFacts } from '../ports';
import type { ClassifiableOutcome } from './classified-text';
import type { DeliveryStatus } from './transitions';

/** A delivery as a classification finds it under its lane's lock. */
export interface StandingDelivery {
  id: string;
  partner: PartnerId;
  dossierId: string;
  operation: string;
  unit: string;
  procedure: string;
  causedSeq: number;
  facts: DeliveryFacts;
  status: DeliveryStatus;
  outcome: string | null;
  dueAt: Date | null;
  textDigest: Buffer | null;
  /** Somebody calls or asks the partner about it at this moment. */
  isLeased: boolean;
}

/** What an unknown delivery turned out to be, by a person's word or by a text that a person classified. */
export interface Resolution {
  delivery: StandingDelivery;
  outcome: ClassifiableOutcome;
  reasonCode: string;
  rule?: { id: string; version: number };
  /** What was seen at the partner. */
  proves?: { oneStopCode?: string; provenStatus?: number };
}

/** Why a classification is not taken now; undefined when it is. An unknown one may become anything. One that was given up while unknown
 *  can only be settled: the word of a person is evidence, and sending it again is a replay (CONTRACTS §4). */
export function whyNotClassifiable(
  delivery: Pick<StandingDelivery, 'status' | 'outcome' | 'operation' | 'isLeased'>,
  outcome: ClassifiableOutcome,
): 'classification-not-allowed' | 'delivery-in-motion' | 'one-stop-code-needed' | undefined {
  const isApplied = outcome === 'accepted' || outcome === 'already-applied';
  const isUnknown = delivery.status === 'unknown';
  const isGivenUp = delivery.status === 'dead' && delivery.outcome === 'unknown';
  if (!isUnknown && !(isGivenUp && isApplied)) return 'classification-not-allowed';
  if (delivery.isLeased) return 'delivery-in-motion';
  // A hand-over is done when the one-stop's code is known; asked for again it gives the code (quirks.md §4).
  if (delivery.operation === 'hand-over-dossier' && isApplied) return 'one-stop-code-needed';
  return undefined;
}

/** State of the delivery after its resolution. `isMoot`: its dossier has ended, so that sending it would tell what is no longer true. */
export function statusAfter(outcome: ClassifiableOutcome, isMoot: boolean): DeliveryStatus {
  if (outcome === 'refused') return 'dead';
  if (outcome === 'retry') return isMoot ? 'cancelled' : 'waiting';
  return 'settled';
}

/** What the dossier is told, as if the partner had said it. */
export function commandOfResolution(
  { delivery, outcome, reasonCode, proves }: Resolution,
  now: Date,
): Command | undefined {
  const { partner, operation, id: deliveryId, causedSeq, facts } = delivery;
  if (outcome === 'retry') return undefined;
  if (outcome === 'refused') return { kind: 'delivery-dead', partner, operation, deliveryId, reasonCode };
  const { status, round, repush } = facts;
  return {
    kind: 'delivery-settled',
    partner,
    operation,
    outcome,
    at: rfc3339(now),
    causedSeq,
    ...(status === undefined ? {} : { status }),
    ...(round === undefined ? {} : { round }),
    ...(repush === undefined ? {} : { repush }),
    ...proves,
  };
}
