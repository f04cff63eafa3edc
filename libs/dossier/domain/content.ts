/** A dossier's citizen content as the vault keeps it (sealed JSON). Partner field names occur only as keys of
 *  `declaration`, which nobody but the partner adapters reads (law 6). */
export interface DossierContent {
  /** The procedure code that DVCLT sent, as it came (goes back in its status push). */
  procedureCode: string;
  module: 'KS' | 'KT';
  /** Five-digit commune of registration. */
  unit: string;
  /** As the source wrote it; `receivedAt` of the dossier is the parsed instant. */
  receivedAtText: string;
  technicalId?: string;
  /** Child or deceased. */
  subject: PersonSummary;
  requester: RequesterSummary;
  /** Leaves of the declaration, flat, official names, all text. */
  declaration: Readonly<Record<string, string>>;
  attachments: readonly AttachmentRef[];
}

export interface PersonSummary {
  name: string;
  identityNumber?: string;
  /** As on the declaration: may be a year only. */
  birthDate?: string;
}

export interface RequesterSummary {
  name: string;
  identityNumber?: string;
  phone?: string;
  email?: string;
  relation?: string;
}

/** One file of the dossier; its bytes are a vault object of their own. */
export interface AttachmentRef {
  /** The source's own number of the file. */
  sourceId: string;
  /** The source's paper type number. */
  paperType?: number;
  title: string;
  fileName: string;
  /** Withdrawn files stay listed and are left out of what is forwarded (Q22). */
  withdrawn: boolean;
  /** Vault object with the decoded bytes; absent for a withdrawn file without bytes. */
  ref?: string;
  sizeBytes: number;
  contentType: string;
}

/** The result as hộ tịch reported it; sealed JSON, the file is a vault object of its own. */
export interface RegistrationResult {
  /** Personal number of the child; absent in a death. */
  identityNumber?: string;
  registrationNumber: string;
  bookNumber: string;
  pageNumber?: string;
  /** dd/MM/yyyy as hộ tịch wrote it (CONTRACTS §1.2). */
  registeredOnText: string;
  /** Further fields of the result, official names, as they came (addresses may be objects). */
  fields: Readonly<Record<string, unknown>>;
  fileRef: string;
  fileName: string;
  fileSizeBytes: number;
  officer?: OfficerNote;
}

/** Who handled it and what was noted: personal data, so it lives sealed in the vault and events carry its reference. */
export interface OfficerNote {
  name?: string;
  title?: string;
  department?: string;
  note?: string;
}
