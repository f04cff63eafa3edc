import type { ClaimCode, EvidenceKind, FindingCode, OpenCode } from '../findings';

export const LANGUAGES = ['vi', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Sentences of a report. `{name}` stands for a value of the claim or finding. */
export interface Texts {
  evidence: Readonly<Record<EvidenceKind, string>>;
  /** Name of the log and size of its checkpoint. */
  log: string;
  proven: string;
  /** The same while the key is only the evidence's own word. */
  provenIf: string;
  wrong: string;
  open: string;
  nothing: string;
  /** What stands before an entry's index, and between two. */
  entry: string;
  entries: string;
  /** Of the log's keys, in a file. */
  statement: string;
  andMore: string;
  allProven: string;
  /** The same while the key is only the evidence's own word. */
  allFits: string;
  notProven: string;
  claims: Readonly<Record<ClaimCode, string>>;
  findings: Readonly<Record<FindingCode, string>>;
  opens: Readonly<Record<OpenCode, string>>;
  reasons: Readonly<Record<string, string>>;
}
