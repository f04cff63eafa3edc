/** What can be wrong with evidence: a closed list, whose codes are stable. */
export const FINDING_CODES = [
  'checkpoint-malformed',
  'key-malformed',
  'key-foreign',
  'origin-wrong',
  'signature-wrong',
  'root-wrong',
  'entry-missing',
  'entry-changed',
  'entry-malformed',
  'entry-twice',
  'surplus-entries',
  'tile-missing',
  'tile-changed',
  'shrunk',
  'not-consistent',
  'older-foreign',
  'witness-missing',
  'witness-wrong',
  'receipt-signature-wrong',
  'receipt-not-in-log',
  'manifest-differs',
  'evidence-malformed',
  'proof-wrong',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something that is wrong, and where: as exactly as the evidence tells. */
export interface Finding {
  code: FindingCode;
  /** Index of the entry in the log, from 0. */
  leaf?: number;
  /** With `leaf`: the last one of a range. */
  lastLeaf?: number;
  file?: string;
  /** A code that says more: of an entry's form, of a manifest's difference, the name of a witness. */
  reason?: string;
}

/** What evidence can prove. */
export type ClaimCode =
  | 'entries'
  | 'some-entries'
  | 'tree'
  | 'signature'
  | 'key'
  | 'older'
  | 'witness'
  | 'receipt-signature'
  | 'receipt'
  | 'manifest';

/** Something that holds, with the values that its sentence names. */
export interface Claim {
  code: ClaimCode;
  [value: string]: string | number;
}

/** What the evidence at hand does not prove. */
export type OpenCode =
  | 'before-sealing'
  | 'truth'
  | 'rewritten'
  | 'key-own-word'
  | 'after-checkpoint'
  | 'completeness'
  | 'older-without-tiles'
  | 'receipt-not-among'
  | 'receipt-body'
  | 'no-manifest';

export type EvidenceKind = 'log-bundle' | 'evidence-file' | 'receipt-proof';

/** What a check of evidence came to. */
export interface Report {
  evidence: EvidenceKind;
  /** Name of the log. */
  origin: string | null;
  /** Entries that the checkpoint speaks of. */
  size: number | null;
  proven: readonly Claim[];
  wrong: readonly Finding[];
  /** All that were found; `wrong` holds the first of each code. */
  wrongCount: number;
  open: readonly OpenCode[];
}
