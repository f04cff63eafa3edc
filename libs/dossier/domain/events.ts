import type { DvcltStatus, PortalStatus, RegistryStatus } from './statuses';
import type { PartnerId } from './partners';

/** States of a dossier (CONTRACTS §2). */
export const DOSSIER_STATES = [
  'received',
  'with-one-stop',
  'awaiting-supplement',
  'with-registry',
  'registered',
  'finished',
  'refused',
  'withdrawn',
  'stopped',
] as const;
export type DossierStateName = (typeof DOSSIER_STATES)[number];

/** Who asked for a supplement or refused. */
export type DecidingAuthority = 'one-stop' | 'registry';

interface Decided {
  /** RFC 3339 time of the fact. */
  decidedAt: string;
  /** Vault reference of name, title, department and note: personal data stays there (law 8). */
  officerRef?: string;
}

/** Classes of differences that a reconciliation found begin with it; others come from what a partner said to a message or a poll. */
export const RECONCILIATION_CLASS = 'reconciliation.';

/** Facts of a dossier's journal. `data` holds codes, statuses, digests and references only (law 8). */
export interface DossierEventData {
  'dossier.received': {
    procedure: string;
    module: 'KS' | 'KT';
    /** The source's procedure code. */
    procedureCode: string;
    /** Local code by date of receipt (CONTRACTS §1.2). */
    localProcedureCode: string;
    unit: string;
    /** RFC 3339. */
    receivedAt: string;
    dueAt: string;
    source: 'dvclt' | 'onestop';
    dvcltCode: string;
    contentRef: string;
    contentDigest: string;
    legs: { leg: string; authority: string; dueAt?: string }[];
  };
  /** The source listed again what we hold: it is acknowledged again and nothing else. */
  'listing.repeated': { round: number };
  'supplement.received': { contentRef: string; contentDigest: string; round: number };
  /** The deadline of a supplement passed; only a person refuses. */
  'supplement.overdue': { deadline: string };
  'receipt.acknowledged': { round: number };
  'one-stop-code.assigned': { oneStopCode: string; via: 'hand-over' | 'decision' | 'filing' };
  'dossier.accepted': Decided;
  'supplement.requested': Decided & { by: DecidingAuthority; deadline: string };
  'dossier.refused': Decided & { by: DecidingAuthority };
  'dossier.withdrawn': Decided;
  'dossier.stopped': Decided;
  'fee.required': Decided;
  'result.handed-over': Decided;
  'registration.submitted': { at: string; repeat: boolean };
  'registry-status.reported': { status: RegistryStatus; at: string };
  'registration.completed': Decided & { registryCode: string; resultRef: string; resultDigest: string };
  'partner-status.confirmed': {
    partner: PartnerId;
    status: DvcltStatus | PortalStatus;
    outcome: 'accepted' | 'already-applied';
  };
  'portal-dossier.found': { via: string };
  /** Content that nobody asked for: kept (its digest is held from now on), and a person decides. */
  'conflict.recorded': { reason: string; messageId?: string; contentDigest?: string };
  'discrepancy.found': { partner: PartnerId; class: string };
  'discrepancy.closed': { partner: PartnerId; class: string };
  'delivery.dead-lettered': { partner: PartnerId; operation: string; deliveryId: string; reasonCode: string };
  'delivery.unresolved': { partner: PartnerId; operation: string; deliveryId: string; reasonCode: string };
  'attention.cleared': { reason: string };
}

export type DossierEventType = keyof DossierEventData;

/** One fact: `type` is short; on the bus it reads `vn.lienthong.<type>.v1`. */
export type DossierEvent = { [T in DossierEventType]: { type: T; data: DossierEventData[T] } }[DossierEventType];

/** The closed list, in the order of a dossier's life; schemas and AsyncAPI are made from it. */
export const DOSSIER_EVENT_TYPES = [
  'dossier.received',
  'listing.repeated',
  'supplement.received',
  'supplement.overdue',
  'receipt.acknowledged',
  'one-stop-code.assigned',
  'dossier.accepted',
  'supplement.requested',
  'dossier.refused',
  'dossier.withdrawn',
  'dossier.stopped',
  'fee.required',
  'result.handed-over',
  'registration.submitted',
  'registry-status.reported',
  'registration.completed',
  'partner-status.confirmed',
  'portal-dossier.found',
  'conflict.recorded',
  'discrepancy.found',
  'discrepancy.closed',
  'delivery.dead-lettered',
  'delivery.unresolved',
  'attention.cleared',
] as const satisfies readonly DossierEventType[];

export const EVENT_TYPE_PREFIX = 'vn.lienthong.';

/** Name on the bus of a journal event (CONTRACTS §3). */
export function busType(type: DossierEventType): string {
  return `${EVENT_TYPE_PREFIX}${type}.v1`;
}
