import type { DossierContent, DossierState, OfficerNote, PartnerId, PlannedFacts, RegistrationResult } from '#dossier';

/** What a call came to (CONTRACTS §4). */
export type OutcomeKind = 'accepted' | 'already-applied' | 'refused' | 'retry' | 'unknown';

/** How far the request got: nothing written → safe to repeat; written without a usable answer → unknown (law 2). */
export type Wire = 'not-written' | 'written' | 'answered';

/** What a delivery has to say: planned by `react` and stored with the delivery. */
export interface DeliveryFacts extends PlannedFacts {
  /** A replay has seen that the partner knows the dossier no more: it is told as if for the first time. */
  isForgotten?: boolean;
  /** It was so when this was told again; the partner knows the dossier since. */
  wasForgotten?: boolean;
}

/** One duty as the courier sees it. */
export interface DeliveryTask {
  deliveryId: string;
  partner: PartnerId;
  operation: string;
  facts: DeliveryFacts;
  /** The dossier as of now (the row's projection). */
  dossier: DossierState;
  /** Times started before this one. */
  attempts: number;
  firstAttemptAt?: Date;
  /** An earlier attempt ended `unknown`: this one may find its own effect ("đã được tiếp nhận" is then no discrepancy). */
  wasUnknown: boolean;
}

/** Sealed payloads, opened for one delivery. All of it is personal data: never log, never put into an error. */
export interface PayloadReader {
  content(ref: string): Promise<DossierContent>;
  result(ref: string): Promise<RegistrationResult>;
  officer(ref: string): Promise<OfficerNote>;
  file(ref: string): Promise<Buffer>;
  /** A body with the large files of the vault in it; they are opened when it is sent. */
  largeBody(parts: LargeBody['parts']): LargeBody;
  /** Makes (or finds) the public URL below `/files/` where this partner may fetch the object (CONTRACTS §1.2). */
  fileUrl(ref: string, fileName: string, contentType: string): Promise<string>;
}

/** A file's place in a large body: it stands there in base64. */
export interface BodyFile {
  /** Vault object. */
  ref: string;
  /** Bytes of the file, before base64. */
  sizeBytes: number;
}

/** A body that names its large files instead of holding them. Sealed objects do not change, so that it is the same bytes each time it is
 *  put together. */
export interface LargeBody {
  /** Texts and files in their order. */
  parts: readonly (string | BodyFile)[];
  /** Bytes on the wire. */
  sizeBytes: number;
  /** The body, anew for each try; holds a piece of one file at a time. @throws as `Vault.openStream` */
  open(): AsyncIterable<Buffer>;
}

/** The body of a write, rendered once at the first attempt, digested, sealed and repeated unchanged but for tokens. */
export interface RenderedContent {
  /** UTF-8 JSON. Tokens and sessions are not in it: `send` adds them. */
  body: Buffer | LargeBody;
}

/** One field of a message that the partner did not take. */
export interface FieldComplaint {
  field: string;
  /** Kebab-case, e.g. `too-long`, `not-in-catalogue`, `wrong-format`, `missing`. */
  problem: string;
}

/** Message fields of an answer that nobody has classified. May hold a citizen's words: sealed, never logged. */
export interface UnreadText {
  /** As the partner wrote them; never an echo of the request. */
  messages: readonly string[];
  /** The partner's own result code beside them, as text; empty when it gave none. */
  code: string;
  /** The exact text by which a rule knows it (`replyText`). @default made without knowledge of what was sent */
  text?: string;
}

/** What one call or probe came to, judged by the adapter with its reply rules. */
export interface CallResult {
  outcome: OutcomeKind;
  wire: Wire;
  /** Stable, kebab-case, e.g. `hotich.already-received`, `http.5xx`, `answer.not-json`. */
  reasonCode: string;
  httpStatus?: number;
  /** As the partner gave it (`Retry-After`). */
  retryAfterMs?: number;
  rule?: { id: string; version: number };
  /** Fields that the partner complained about; never values. */
  fields?: readonly FieldComplaint[];
  /** A text that no rule knows: for a person, who may classify it once for all (CONTRACTS §1.3 *Texts*). */
  unread?: UnreadText;
  /** DVCLT only: the partner lacks an earlier step of this lane. A settled one of these statuses, if it stands right before, is sent
   *  once more, since the journal proves that its fact happened (DESIGN §6); nothing is invented. */
  needsEarlier?: readonly number[];
  /** Raw answer bytes; sealed and kept as evidence. */
  answer?: Buffer;
  /** Codes and statuses that the answer proves. */
  proves?: { oneStopCode?: string; provenStatus?: number; portalHasDossier?: boolean };
  /** With `refused`: a true fact that this partner does not take and that is never rewritten. It is recorded as a discrepancy, and
   *  the lane goes on, since later messages carry the state of then (CONTRACTS §1.3 *Portal*). @default false */
  laneGoesOn?: boolean;
  /** The kept content is no longer right (create → update): render again before the next attempt. */
  rerender?: boolean;
}

/** What a probe found (DESIGN §7: applied, absent, cannot tell). */
export type ProbeVerdict = 'applied' | 'absent' | 'cannot-tell';
export interface ProbeResult {
  verdict: ProbeVerdict;
  /** When we asked: *absent* counts only when it is later than start + deadline + absentAfterMs (CONTRACTS §1.3). */
  askedAt: Date;
  call: CallResult;
}

/** What a partner says now about a message, whether or not it was ever sent: asked before a replay (DESIGN §8). */
export interface PartnerView {
  /** `cannot-ask`: this partner has no status query for it, and nothing was asked. */
  verdict: ProbeVerdict | 'cannot-ask';
  /** Stable, kebab-case: what was seen, or why it cannot be told. */
  reasonCode: string;
  /** The partner's own status number of the dossier, where it gives one. */
  status?: number;
  /** Found with a hand-over that arrived. */
  oneStopCode?: string;
  /** The partner had the dossier once and knows it no more. */
  isForgotten?: boolean;
}

/** How a replay from history is made (CONTRACTS §4): with the bytes of then, or with the state of now. */
export type HistoryReplay = 'as-was' | 'as-now';

/** How an unknown outcome of an operation is resolved (quirks.md §4). */
export type RepeatPolicy = 'harmless-repeat' | 'probe-first';

/** When and how long something is tried again; milliseconds. */
export interface RetryPolicy {
  firstRetryMs: number;
  maxRetryMs: number;
  maxAttempts: number;
  maxAgeMs: number;
}

/** Limits and times of one partner, from `config/partners/<id>.yaml`; milliseconds. */
export interface PartnerPolicy extends RetryPolicy {
  deadlineMs: number;
  maxConcurrency: number;
  /** What is different for an operation. */
  retryOf?: Readonly<Record<string, Partial<RetryPolicy>>>;
  absentAfterMs: number;
  breaker: BreakerPolicy;
  /** Calls of one local day; null = no limit. */
  perDay: number | null;
}

/** `granted`: one call may be made. `no-leave`: the signal fired first, or nobody could be asked. `day-used-up`: none more today. */
export type Leave = 'granted' | 'no-leave' | 'day-used-up';

/** The calls that a partner agreed to, counted over all workers. */
export interface CallBudget {
  /** Waits, in order, for leave to make one call. */
  take(signal: AbortSignal): Promise<Leave>;
}

/** When a partner counts as down. */
export interface BreakerPolicy {
  /** Different dossiers in a row that were not answered. */
  lanes: number;
  /** How long nothing is sent after the first opening; twice as long after each further one. */
  openMs: number;
  maxOpenMs: number;
}

/** An outside system as the delivery engine sees it. Implemented in `libs/partners/<id>`; holds every oddity (law 6). */
export interface PartnerAdapter {
  readonly partner: PartnerId;
  readonly policy: PartnerPolicy;
  repeatPolicy(operation: string): RepeatPolicy;
  /** Builds the content from facts and payloads. Throws AppError with disposition `person` when something needed is missing. */
  render(task: DeliveryTask, payloads: PayloadReader): Promise<RenderedContent>;
  /** One call. Never throws for what a partner or the wire does: that is a CallResult. `signal` carries the total deadline.
   *  `mayWrite` is asked in the tick in which bytes are written: false means the lease is gone, and nothing is written. */
  send(task: DeliveryTask, content: RenderedContent, signal: AbortSignal, mayWrite: () => boolean): Promise<CallResult>;
  /** Asks the partner whether an unknown write was applied. Only called for `probe-first` operations. */
  probe(task: DeliveryTask, content: RenderedContent, signal: AbortSignal): Promise<ProbeResult>;
}

/** One question about several messages; as many calls as it needs, in any case no more than messages. */
export interface ViewTogether {
  readonly atMost: number;
  /** @returns in the order of the tasks */
  view(tasks: readonly DeliveryTask[], signal: AbortSignal): Promise<readonly PartnerView[]>;
}

/** What a replay asks of a partner beside the call itself (DESIGN §8). */
export interface ReplayAdapter extends PartnerAdapter {
  historyReplay(operation: string): HistoryReplay;
  /** Asks the partner what it has of this message, by its status query. Never throws for what a partner or the wire does. */
  view(task: DeliveryTask, signal: AbortSignal): Promise<PartnerView>;
  /** The same of several messages, where the partner's query takes more than one of them. @default one by one, by `view` */
  readonly viewTogether?: ViewTogether;
  /** What the partner would complain about, known before it is sent: names of fields, never values. Throws as `render`. */
  complaints(task: DeliveryTask, payloads: PayloadReader): Promise<readonly FieldComplaint[]>;
}
