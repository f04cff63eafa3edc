/** One past-tense fact as it travels (CONTRACTS §3). Codes, statuses, digests and references only, never personal data (law 8). */
export interface DomainEventRecord {
  /** UUIDv7; CloudEvents `id`. */
  eventId: string;
  /** `vn.lienthong.<thing>.<past-tense>.v1`. */
  type: string;
  at: Date;
  /** Internal dossier id, the key on the bus. Null: the event stays in event log and feed. */
  dossierId: string | null;
  /** The dossier's journal number, counted from 1; null exactly when `dossierId` is. */
  seq: number | null;
  /** Five-digit unit that sees the event; null when it belongs to none. */
  unit: string | null;
  codes: EventCodes;
  /** The member names `codes` and `unit` are taken by the wire form and dropped from here by every driver. */
  data: Record<string, unknown>;
  /** W3C trace context of the transaction that stored the fact. */
  traceparent?: string;
}

/** The dossier's codes at the partners, as far as known at the time of the event. */
export interface EventCodes {
  dvclt?: string;
  oneStop?: string;
  registry?: string[];
}

/** An event with its gap-free place in the event log, counted from 1. */
export type LoggedEvent = DomainEventRecord & { position: number };
