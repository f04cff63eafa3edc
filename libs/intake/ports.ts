import type { DraftWriter, VaultDraft } from '#access';
import type { Decision, DossierContent, OfficerNote, RegistryStatus } from '#dossier';

/** One row of a partner's list of new dossiers, already checked for shape. */
export interface ListedItem {
  /** The source's own key for the detail call. */
  listId: string;
  /** Dossier code of the source. */
  code: string;
  /** Canonical JSON of the row: its digest tells whether the listing changed. */
  listing: Buffer;
}

/** One stage of decoding, kept as evidence (Q07): its bytes go sealed into the vault. */
export interface DecodeStage {
  stage: string;
  /** Bytes of this stage without file contents; absent when the stage could not be reached. */
  bytes?: Buffer;
}

/** A decoded file, before it has a place in the vault. */
export interface DecodedAttachment {
  sourceId: string;
  paperType?: number;
  title: string;
  fileName: string;
  withdrawn: boolean;
  contentType: string;
  bytes?: Buffer;
  /** Instead of `bytes`: the content of a large file, which is in the vault already. */
  draft?: VaultDraft;
}

/** Bytes of a message: whole when small; else as they come, to be read once and in order. What ends the reading early is an AppError. */
export type RawBytes = Buffer | AsyncIterable<Uint8Array>;

/** Where the files of a large message go while it is read. */
export interface AttachmentSink {
  begin(): DraftWriter;
  /** Removes begun or finished files that do not belong to what was understood. Never rejects. */
  discard(refs: readonly string[]): Promise<void>;
}

/** What was understood: content without file bytes; the intake seals the files and adds their references. */
export type DecodedDossier = Omit<DossierContent, 'attachments' | 'unit'> & {
  code: string;
  /** As the source wrote it, padded to five digits; resolved later by the dated cross-walk. */
  unitText: string;
  receivedAt: Date;
  attachments: readonly DecodedAttachment[];
};

/** Why a message was not understood; goes to quarantine (law 4). No citizen's data in `reason`. */
export interface DecodeFailure {
  stage: string;
  code: string;
  reason: string;
  field?: string;
  /** Whose side must act: the partner's id, or `province`. */
  responsible: string;
  /** Code of the dossier when it could be read. */
  dossierCode?: string;
  /** Commune as the source wrote it, when it could be read: five digits. */
  unit?: string;
}

export type DecodeResult = { stages: readonly DecodeStage[] } & (
  { dossier: DecodedDossier } | { failure: DecodeFailure }
);

/** A source of new dossiers (DVCLT today, the co-ordination system from 2027). Failures of the wire are AppErrors. */
export interface DossierSource {
  readonly id: string;
  /** `maxItems` protects us from an endless list. Rows that cannot be read come as failures, never dropped. */
  list(signal: AbortSignal): Promise<{
    askedAt: Date;
    items: readonly ListedItem[];
    unreadable: readonly { listing: Buffer; reason: string }[];
  }>;
  /** Reads a row of the list again, from `ListedItem.listing` or an unreadable row; undefined when it is none. Never throws. */
  readRow(listing: Buffer): ListedItem | undefined;
  /** Raw bytes of the detail answer, exactly as received. AppErrors: disposition `refuse` when the source was asked and gave no detail of
   *  this item, `retry` when the call did not reach it. */
  fetch(item: ListedItem, signal: AbortSignal): Promise<RawBytes>;
  /** Never throws for what the bytes hold. */
  decode(raw: Buffer): DecodeResult;
  /** The same for a large message, in constant memory and off the main thread. Reads `raw` to its end whatever it holds, so that who
   *  keeps the bytes on the way has them all. Rejects only with what `raw` or `files` failed of. */
  decodeLarge(raw: AsyncIterable<Uint8Array>, files: AttachmentSink): Promise<DecodeResult>;
}

/** Body of `POST /api/v1/dossiers/{code}/decisions` (CONTRACTS §2), checked for shape by the gateway; a polled decision is brought into
 *  the same form. */
export interface DecisionBody {
  decision: Decision;
  /** RFC 3339. */
  decidedAt: string;
  officer?: { name?: string; title?: string; department?: string };
  note?: string;
  /** RFC 3339, or a day, which ends at 17:00. */
  supplementDeadline?: string;
  oneStopCode?: string;
}

/** One row of a polled list of decisions. */
export type EventRow = {
  /** The source's own count, from 1; absent when it cannot be read. */
  position?: number;
  /** Canonical bytes of the row. Personal data: they go sealed into the vault. */
  raw: Buffer;
  codes: { dvclt?: string; oneStop?: string };
} & ({ decision: DecisionBody } | { failure: { code: string; reason: string; field?: string } });

/** A source of officers' decisions that is polled by position (`decisions: poll`, CONTRACTS §1.1). */
export interface DecisionSource {
  readonly id: string;
  /** Rows after a position, in any order. AppErrors with disposition `retry` when there is no answer.
   *  @param after position of the last row that was stored; 0 at first
   *  @returns `next`: position to ask from after these, as the source says; null when it says nothing */
  list(after: number, limit: number, signal: AbortSignal): Promise<{ rows: readonly EventRow[]; next: number | null }>;
  /** Reads a kept row again. */
  read(raw: Buffer): EventRow;
}

/** One row of hộ tịch's answer, matched by code. */
export interface RegistryRow {
  /** One-stop code. */
  code: string;
  /** Null when the number is none of 1,2,3,4,6: absent at hộ tịch (Q16). */
  status: RegistryStatus | null;
  /** Time of the state change by the registry's clock, RFC 3339; absent when it gives none. */
  changedAt?: string;
  supplementDeadline?: string;
  officer: OfficerNote;
  /** Only with status 4 and complete (file, and at birth the number): else absent, and the poll goes on (Q19). */
  result?: {
    identityNumber?: string;
    registrationNumber: string;
    bookNumber: string;
    pageNumber?: string;
    registeredOnText: string;
    /** Display code of the registration, e.g. number/book, as a registry code of the dossier. */
    registryCode: string;
    fields: Readonly<Record<string, unknown>>;
    file: Buffer;
    fileName: string;
  };
}

/** What the registry said to one call. */
export interface RegistryReply {
  askedAt: Date;
  /** Codes without a row are absent: normal. Null when the registry said something that is no answer. */
  rows: readonly RegistryRow[] | null;
  /** Code of what could not be understood, in the answer as a whole or in one of its rows; absent when all was clear. */
  unclear?: string;
  /** It understood the call and would not answer it: perhaps it holds too many codes (Q18). @default false */
  isRefusal?: boolean;
  /** Its answer is more than we take, perhaps for one of the codes alone. @default false */
  isTooMuch?: boolean;
  /** The answer as it came, null when it was larger than we take. Personal data. */
  raw: Buffer | null;
}

/** The registry's results by poll (hotich.md §4). */
export interface RegistryResults {
  /** Codes a call may carry, as configured. */
  readonly maxCodesPerCall: number;
  /** AppError with disposition `retry` when there was no answer. */
  poll(module: 'KS' | 'KT', codes: readonly string[], signal: AbortSignal): Promise<RegistryReply>;
}
