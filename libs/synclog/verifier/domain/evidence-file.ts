import { HASH_BYTES } from '../../tlog/tree-hash';

export const EVIDENCE_FORMAT = 'lienthong-evidence/1';
/** The same with the keys that the log has had. */
const EVIDENCE_FORMAT_KEYS = 'lienthong-evidence/2';

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
  format: typeof EVIDENCE_FORMAT | typeof EVIDENCE_FORMAT_KEYS;
  /** Name of the log. */
  origin: string;
  /** Its verifier key. */
  logKey: string;
  /** The text of `/synclog/keys`; only of a log whose key was replaced. */
  keys?: string;
  /** The signed note, with all its signatures. */
  checkpoint: string;
  /** What the entries are about: nothing signs it. */
  subject: { code: string };
  /** One at least, in the order of the log. */
  entries: readonly ProvenEntry[];
}

/** Why a text is no evidence file. */
type EvidenceProblem = 'malformed' | 'no-entries' | 'not-ascending' | 'not-as-written';

/** Reads an evidence file. Only the product's own form is taken: in any other, what a person reads in the file need not be what was checked, such as
 *  a member that stands there twice. */
export function parseEvidenceFile(
  text: string,
): { file: EvidenceFile; problem?: undefined } | { file?: undefined; problem: EvidenceProblem } {
  const file = fileIn(text);
  if (file === undefined) return { problem: 'malformed' };
  const { entries } = file;
  if (entries.length === 0) return { problem: 'no-entries' };
  if (entries.some(({ index }, nth) => nth > 0 && index <= entries[nth - 1].index)) return { problem: 'not-ascending' };
  return evidenceText(file) === text ? { file } : { problem: 'not-as-written' };
}

/** The file as the product writes it. */
export function evidenceText({ entries, ...head }: EvidenceFile): string {
  return `${evidenceHead(head)}${entries.map(evidenceEntry).join(',')}${EVIDENCE_END}`;
}

/** What stands before its entries. */
export function evidenceHead({
  origin,
  logKey,
  keys,
  checkpoint,
  subject: { code },
}: Omit<EvidenceFile, 'entries' | 'format'>): string {
  const format = keys === undefined ? EVIDENCE_FORMAT : EVIDENCE_FORMAT_KEYS;
  const head = JSON.stringify({ format, origin, logKey, keys, checkpoint, subject: { code } });
  return `${head.slice(0, -1)},"entries":[`;
}

/** One entry; a comma stands between two. */
export function evidenceEntry({ index, entry, proof }: ProvenEntry): string {
  return `\n${JSON.stringify({ index, entry, proof })}`;
}

/** What stands behind its entries. */
export const EVIDENCE_END = '\n]}\n';

function fileIn(text: string): EvidenceFile | undefined {
  try {
    const found = JSON.parse(text) as Partial<EvidenceFile>;
    const { format, origin, logKey, keys, checkpoint, subject, entries } = found;
    const isHead = [origin, logKey, checkpoint, subject?.code].every((one) => typeof one === 'string');
    const isKnown = format === (keys === undefined ? EVIDENCE_FORMAT : EVIDENCE_FORMAT_KEYS);
    const isFile =
      isKnown &&
      isHead &&
      (keys === undefined || typeof keys === 'string') &&
      Array.isArray(entries) &&
      entries.every((one) => isProvenEntry(one));
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
