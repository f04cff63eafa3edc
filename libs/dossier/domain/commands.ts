import type { DecidingAuthority, DossierEvent, DossierEventData, DossierStateName } from './events';
import type { PartnerId } from './partners';
import type { RegistryStatus } from './statuses';

/** Decisions of the one-stop's officers (CONTRACTS §2). */
export const DECISIONS = [
  'accept',
  'request-supplement',
  'refuse',
  'withdraw',
  'require-fee',
  'stop',
  'hand-over',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** Where the registration's message to hộ tịch stands when a decision is taken (read under the lane's lock). */
export type RegistrationDelivery = 'none' | 'unsent' | 'in-flight' | 'unknown' | 'settled';

/** Everything that may change a dossier. Each is asked of `accept`, which answers with events or a conflict. */
export type Command =
  | ({ kind: 'receive'; oneStopCode?: string } & Omit<
      DossierEventData['dossier.received'],
      'procedure' | 'localProcedureCode' | 'dueAt' | 'legs'
    >)
  | { kind: 'receive-again'; contentRef: string; contentDigest: string; messageId?: string }
  /** Something came that is not allowed now and that nobody can be told about: kept for a person. */
  | { kind: 'record-conflict'; reason: string; messageId: string }
  | {
      kind: 'decide';
      decision: Decision;
      /** RFC 3339. */
      decidedAt: string;
      officerRef?: string;
      /** RFC 3339; for request-supplement. @default 7 working days after decidedAt */
      supplementDeadline?: string;
      /** Evidence that the hand-over arrived. */
      oneStopCode?: string;
      registration: RegistrationDelivery;
    }
  | {
      kind: 'delivery-settled';
      partner: PartnerId;
      operation: string;
      outcome: 'accepted' | 'already-applied';
      /** Of the delivery's facts. */
      status?: number;
      round?: number;
      repush?: boolean;
      /** Journal number of the fact that the message told; a later decision of the one-stop is newer than this answer. */
      causedSeq?: number;
      /** What the answer proved. */
      oneStopCode?: string;
      provenStatus?: number;
      /** RFC 3339. */
      at: string;
    }
  /** An answer proved something although the delivery goes on (portal: "đã tồn tại"). */
  | { kind: 'portal-found'; via: string }
  | { kind: 'delivery-dead'; partner: PartnerId; operation: string; deliveryId: string; reasonCode: string }
  | { kind: 'delivery-unresolved'; partner: PartnerId; operation: string; deliveryId: string; reasonCode: string }
  /** The partner refuses a true fact, or claims another: for reconciliation and a person. */
  | { kind: 'discrepancy'; partner: PartnerId; class: string }
  /** A reconciliation sees it no more. */
  | { kind: 'discrepancy-closed'; partner: PartnerId; class: string }
  | {
      kind: 'registry-reported';
      status: RegistryStatus;
      /** RFC 3339: time of the state change if hộ tịch gave one, else when we asked. */
      at: string;
      /** RFC 3339: hộ tịch's own time of the state change; absent when it gave none. Tells a later request from the same one. */
      changedAt?: string;
      supplementDeadline?: string;
      officerRef?: string;
      result?: { registryCode: string; resultRef: string; resultDigest: string };
    }
  | { kind: 'supplement-deadline-passed'; deadline: string }
  | { kind: 'clear-attention'; reason: string };

/** Why a command was not taken. Nothing changes; the caller is told what would be allowed. */
export interface Conflict {
  code: 'decision-not-allowed' | 'dossier-exists' | 'dossier-unknown' | 'one-stop-code-mismatch' | 'procedure-unknown';
  state: DossierStateName | null;
  allowedDecisions: readonly Decision[];
}

export type Verdict = { events: readonly DossierEvent[] } | { conflict: Conflict };

/** Who did it: opaque account id. */
export interface Actor {
  id: string;
  type: 'person' | 'machine' | 'system';
}

export type { DecidingAuthority };
