import type { DossierState, PartnerId } from '#dossier';
import type { CallResult, DeliveryFacts } from '../ports';
import type { TriedAttempt } from './decide-next';

/** Who a lane belongs to. */
export interface LaneKey {
  partner: string;
  dossierId: string;
}

/** A delivery taken out of the queue under a lease; everything that the courier needs to work on it. */
export interface ClaimedDelivery extends LaneKey {
  deliveryId: string;
  partner: PartnerId;
  operation: string;
  unit: string;
  procedure: string;
  /** `unknown` stays so while it is repeated or probed. */
  status: 'in-flight' | 'unknown';
  /** Journal number of the fact that caused it. */
  causedSeq: number;
  /** Calls and probes started, this one included. */
  attempts: number;
  /** Of these, the ones before its last replay: they do not count against the policy. */
  attemptsBefore: number;
  /** It has been `unknown` before: an earlier request may have been applied. */
  wasUnknown: boolean;
  firstAttemptAt: Date;
  facts: DeliveryFacts;
  /** Vault object with the content kept at the first attempt; null before it. */
  contentRef: string | null;
  /** Grows with every claim of the lane; an old one may not settle. */
  fence: string;
  claimedAt: Date;
  dossier: DossierState;
}

/** An attempt that has ended, on its way to settlement. */
export interface FinishedAttempt {
  /** Id of the attempt row. */
  id: string;
  claim: ClaimedDelivery;
  tried: TriedAttempt;
  /** No byte was written earlier. */
  startedAt: Date;
  endedAt: Date;
  /** Name of the field that was missing or wrong when the content could not be rendered; never its value. */
  field?: string;
}

/** What the partner said, for call and probe alike. */
export function callOf(attempt: FinishedAttempt): CallResult {
  return attempt.tried.kind === 'call' ? attempt.tried.result : attempt.tried.probe.call;
}
