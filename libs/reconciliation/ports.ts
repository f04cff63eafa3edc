import type { PartnerId } from '#dossier';

/** A dossier as its partner is asked for it. */
export interface AskedDossier {
  dossierId: string;
  module: 'KS' | 'KT';
  codes: { dvclt: string; oneStop?: string };
}

/** What a partner has of a dossier, in its own numbers. */
export interface PartnerRow {
  /** Codes by which the partner names it; at least one is there. */
  codes: { dvclt?: string; oneStop?: string };
  /** The partner's own status number; null when it is none of those that are known, or the partner keeps none. */
  status: number | null;
  /** Time of the last change by the partner's clock, where it gives one. */
  changedAt?: Date;
  /** Whether a completed registration came with its file and, at birth, its number; absent where the partner gives no result. */
  hasResult?: boolean;
}

/** What a partner said about one asked dossier. `unreadable`: it answered, and the answer says nothing that is understood. */
export type Found =
  { kind: 'rows'; rows: readonly PartnerRow[] } | { kind: 'absent' } | { kind: 'unreadable'; reasonCode: string };

/** A partner's query by code. */
export interface LookUp {
  /** Dossiers in one question, at least 1. */
  readonly atMost: number;
  /** Calls that one question may become, where a partner takes less than was asked. @default 1 */
  readonly mostCalls?: number;
  /** One question: one call, unless `mostCalls` says more. A dossier without the code that the partner knows it by is never asked for.
   *  @returns what was found of each, in the order of asking, when it was asked (before the call left), and in how many calls (1 when it does not say)
   *  @throws AppError with disposition `retry` when there was no usable answer at all (partner away, refused, not JSON): nothing was found out. `extra.calls` is the number of calls that it made, where that may be more than 1 */
  ask(
    dossiers: readonly AskedDossier[],
    signal: AbortSignal,
  ): Promise<{ askedAt: Date; found: readonly Found[]; calls?: number }>;
}

/** A span of time, the end not included. */
export interface Window {
  from: Date;
  to: Date;
}

/** One page of what a partner lists. */
export interface ListedPage {
  askedAt: Date;
  rows: readonly PartnerRow[];
  /** Rows that could not be read. */
  unreadable: number;
  /** Number of the next page; null after the last. */
  next: number | null;
}

/** A partner's list of many dossiers at once: an order of magnitude fewer calls than asking for each. What it leaves out is then asked for by code. */
export interface Listing {
  /** One call. @param page from 1 @throws as `LookUp.ask` */
  page(window: Window, page: number, signal: AbortSignal): Promise<ListedPage>;
  /** What a row means. `state`: the partner's view of the dossier. `unacknowledged`: our receipt of it is missing there (DVCLT). */
  readonly means: 'state' | 'unacknowledged';
}

/** What a partner can be asked about the dossiers it shares with us (DESIGN §9). A partner without a query has neither: its dossiers are reported
 *  as not looked at. Calls keep the partner's budget. */
export interface ReconciledPartner {
  readonly partner: PartnerId;
  readonly lookUp?: LookUp;
  readonly listing?: Listing;
  /** Code by which `lookUp` asks. */
  codeOf(dossier: AskedDossier): string | undefined;
}
