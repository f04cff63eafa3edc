import type { DossierEvent, DossierState } from '#dossier';
import type { DeliveryStatus } from '#delivery';

export interface DossierRow {
  id: string;
  procedure: string;
  module: string;
  unit: string;
  state: string;
  attention: boolean;
  version: number;
  routedSeq: number;
  routingBlocked: string | null;
  projection: DossierState;
  routedProjection: DossierState | null;
  updatedAt: Date;
}

export interface JournalRow {
  seq: number;
  eventId: string;
  at: Date;
  event: DossierEvent;
}

/** An event on its way to the readers, or there. `place` grows in the order in which readers see them. */
export interface PublishedRow {
  where: 'event-log' | 'outbox';
  place: number;
  eventId: string;
  type: string;
  seq: number | null;
}

export interface DeliveryRow {
  id: string;
  partner: string;
  operation: string;
  causedSeq: number;
  replayNumber: number;
  step: number;
  status: DeliveryStatus;
  dueAt: Date | null;
  unit: string;
  attempts: number;
  createdAt: Date;
  /** Of its facts: the number that it tells the partner. */
  told: number | null;
  round: number;
  outcome: string | null;
  reasonCode: string | null;
  settledAt: Date | null;
  /** A replay had seen that the partner had lost the dossier. */
  wasForgotten: boolean;
}

export interface AttemptRow {
  id: string;
  deliveryId: string;
  number: number;
  kind: 'call' | 'probe';
  outcome: string;
  /** When bytes of a call may first have gone out; null for a probe, for what was never written, and for a lost lease, of which nobody
   *  knows when. */
  wroteFrom: Date | null;
}

export interface LaneRow {
  partner: string;
  state: string;
  dueAt: Date | null;
  leaseOwner: string | null;
  leaseUntil: Date | null;
}

export interface TimerRow {
  id: string;
  kind: string;
  causedSeq: number;
  dueAt: Date;
  isOpen: boolean;
}

export interface WatchRow {
  nextPollAt: Date | null;
  leaseUntil: Date | null;
}

export interface MessageRow {
  id: string;
  disposition: string;
  /** A polled decision: its event and its sync log entry are those of a decision. */
  isDecision: boolean;
}

/** What a sync log entry about this dossier points at. */
export interface EntryRow {
  kind: string;
  messageId: string | null;
  attemptId: string | null;
  deliveryId: string | null;
  attempt: number | null;
}

export interface CodeRow {
  system: 'dvclt' | 'one-stop' | 'registry';
  code: string;
}

/** Everything that the database holds about one dossier, as of one moment. Lists stand in their own order: journal by number,
 *  published events as readers see them, deliveries by partner and order key. */
export interface DossierRecord {
  dossier: DossierRow;
  codes: readonly CodeRow[];
  journal: readonly JournalRow[];
  published: readonly PublishedRow[];
  deliveries: readonly DeliveryRow[];
  attempts: readonly AttemptRow[];
  lanes: readonly LaneRow[];
  timers: readonly TimerRow[];
  watch: WatchRow | null;
  messages: readonly MessageRow[];
  entries: readonly EntryRow[];
  /** Vault references that lead nowhere, with who holds them. */
  missingPayloads: readonly { ref: string; heldBy: string }[];
}
