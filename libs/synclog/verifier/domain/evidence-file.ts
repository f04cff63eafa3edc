import { HASH_BYTES } from '../../tlog/tree-hash';

export const EVIDENCE_FORMAT = 'lienthong-evidence/1';

/** One entry with the proof that the checkpoint covers it. */
export interface ProvenEntry {
  index: number;
  /** The leaf's bytes as text. */
  entry: string;
  /** RFC 6962 inclusion proof, base64. */
  proof: readonly string[];
}

/** Some entries of a log, for example those of one dossier, with what proves them. */
export interface EvidenceFile {
  format: typeof EVIDENCE_FORMAT;
  /** Name of the log. */
  origin: string;
  /** Its verifier key. */
  logKey: string;
  /** The signed note, with all its signatures. */
  checkpoint: string;
  /** What the entries are about. */
  subject: { code?: string };
  entries: readonly ProvenEntry[];
}

/** @returns undefined when the text is no evidence file of a format that we know */
export function parseEvidenceFile(text: string): EvidenceFile | undefined {
  try {
    const found = JSON.parse(text) as Partial<EvidenceFile> | null;
    const texts = [found?.origin, found?.logKey, found?.checkpoint];
    const isFile =
      found?.format === EVIDENCE_FORMAT &&
      texts.every((one) => typeof one === 'string') &&
      Array.isArray(found.entries) &&
      found.entries.every(isProvenEntry);
    return isFile ? (found as EvidenceFile) : undefined;
  } catch {
    return undefined;
  }
}

function isProvenEntry(value: unknown): boolean {
  const one = value as Partial<ProvenEntry> | null;
  return Number.isSafeInteger(one?.index) && typeof one?.entry === 'string' && Array.isArray(one.proof);
}

/** Hashes of a proof. @returns undefined when one of them is no hash */
export function proofHashes(proof: readonly unknown[]): Buffer[] | undefined {
  const hashes = proof.map((base64) => Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64'));
  return hashes.every((hash) => hash.length === HASH_BYTES) ? hashes : undefined;
}
