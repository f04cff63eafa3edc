/** What can be wrong with evidence: a closed list, whose codes are stable. */
export const FINDING_CODES = [
  'checkpoint-malformed',
  'key-malformed',
  'key-foreign',
  'key-chain-broken',
  'key-retired',
  'origin-wrong',
  'signature-wrong',
  'root-wrong',
  'entry-missing',
  'entry-changed',
  'entry-unproven',
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
  'receipt-differs',
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
  /** Which statement of the log's keys, from 1. */
  statement?: number;
  /** A code that says more: of the form of an entry or of an evidence file, of a manifest's difference, of a statement about a key; the name of a witness. */
  reason?: string;
}

/** What evidence can prove. */
export type ClaimCode =
  | 'entries'
  | 'some-entries'
  | 'tree'
  | 'signature'
  | 'signature-own-key'
  | 'key'
  | 'key-chain'
  | 'older'
  | 'kept'
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
  | 'rewritten-after'
  | 'key-own-word'
  | 'signed-by-replaced-key'
  | 'after-checkpoint'
  | 'completeness'
  | 'subject'
  | 'older-without-tiles'
  | 'receipt-not-among'
  | 'receipt-keys'
  | 'receipt-body'
  | 'no-manifest'
  | 'other-files';

export type EvidenceKind = 'log-bundle' | 'evidence-file' | 'receipt-proof';

/** What a check of evidence came to. */
export interface Report {
  evidence: EvidenceKind;
  /** Name of the log. */
  origin: string | null;
  /** Entries that the checkpoint speaks of. */
  size: number | null;
  /** Entries that somebody outside speaks for, from the first on: a witness, or an older checkpoint. Those behind them may have been rewritten. */
  vouched: number;
  proven: readonly Claim[];
  wrong: readonly Finding[];
  /** All that were found; `wrong` holds the first of each code. */
  wrongCount: number;
  open: readonly OpenCode[];
}
