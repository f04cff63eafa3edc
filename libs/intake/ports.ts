import type { DossierContent, OfficerNote, RegistryStatus } from '#dossier';

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
}

export type DecodeResult = { stages: readonly DecodeStage[] } & (
  { dossier: DecodedDossier } | { failure: DecodeFailure }
);

/** A source of new dossiers (DVCLT today, the co-ordination system from 2027). Answers of the wire are AppErrors with disposition `retry`. */
export interface DossierSource {
  readonly id: string;
  /** `maxItems` protects us from an endless list. Rows that cannot be read come as failures, never dropped. */
  list(signal: AbortSignal): Promise<{
    askedAt: Date;
    items: readonly ListedItem[];
    unreadable: readonly { listing: Buffer; reason: string }[];
  }>;
  /** Raw bytes of the detail answer, exactly as received. */
  fetch(item: ListedItem, signal: AbortSignal): Promise<Buffer>;
  /** Never throws for what the bytes hold. */
  decode(raw: Buffer): DecodeResult;
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

/** The registry's results by poll (hotich.md §4). */
export interface RegistryResults {
  /** Codes a call may carry. */
  readonly maxCodesPerCall: number;
  /** Codes without a row in `rows` are absent: normal. AppError with disposition `retry` when the answer is no answer. */
  poll(
    module: 'KS' | 'KT',
    codes: readonly string[],
    signal: AbortSignal,
  ): Promise<{ askedAt: Date; rows: readonly RegistryRow[]; raw: Buffer }>;
}
