import type { Checkpoint } from '../../tlog/checkpoint';
import { parseProofFile, type ProofFile } from '../../tlog/proof-file';
import { isIncluded } from '../../tlog/proofs';
import type { NoteVerifier } from '../../tlog/signed-note';
import { leafHash } from '../../tlog/tree-hash';
import { keyToTrust } from '../domain/check-key';
import { checkWitness, readCheckpoint } from '../domain/check-notes';
import { checkReceiptSignature, type ReceiptEvidence } from '../domain/check-receipt';
import { formOf } from '../domain/entry-form';
import { parseEvidenceFile, proofHashes, type ProvenEntry } from '../domain/evidence-file';
import { ReportDraft } from '../domain/report-draft';
import type { Report } from '../findings';

/** What the reader of a file holds beside it. */
export interface FileEvidence {
  /** For the report. */
  name: string;
  text: string;
  key?: NoteVerifier;
  /** Whether an older checkpoint was given: a file without tiles cannot be compared with it. */
  hasOlder: boolean;
  witnesses: readonly NoteVerifier[];
  receipt?: ReceiptEvidence;
}

/** What came of it, and the entries that are proven, byte for byte. */
export interface VerifiedFile {
  report: Report;
  entries: readonly string[];
}

/** Looks at some entries of a log and their proofs (`lienthong-evidence/1`). */
export function verifyEvidenceFile(evidence: FileEvidence): VerifiedFile {
  const draft = new ReportDraft('evidence-file');
  draft.leaveOpen('before-sealing', 'truth', 'completeness');
  const file = parseEvidenceFile(evidence.text);
  const key = file && keyToTrust(draft, evidence.key, { file: evidence.name, own: file.logKey });
  if (file === undefined) draft.add({ code: 'evidence-malformed', file: evidence.name });
  if (file === undefined || key === undefined) return { report: draft.done(), entries: [] };
  const tree = signedTree(draft, evidence, { note: file.checkpoint, key });
  const proven = tree === undefined ? [] : provenEntries(draft, file.entries, tree.checkpoint);
  const isSound = tree?.isSigned === true;
  if (isSound) claimEntries(draft, proven);
  checkReceiptAmong(draft, evidence.receipt, isSound ? proven : []);
  return { report: draft.done(), entries: isSound ? proven.map(({ entry }) => entry) : [] };
}

/** Looks at a receipt and its C2SP tlog-proof. */
export function verifyReceiptProof(evidence: FileEvidence & { receipt: ReceiptEvidence }): Report {
  const draft = new ReportDraft('receipt-proof');
  draft.leaveOpen('before-sealing', 'truth', 'receipt-body');
  draft.add(checkReceiptSignature(evidence.receipt));
  const proof = proofIn(evidence.text);
  if (proof === undefined) draft.add({ code: 'evidence-malformed', file: evidence.name });
  const key = proof && keyToTrust(draft, evidence.key, { file: evidence.name, own: undefined });
  if (proof === undefined || key === undefined) return draft.done();
  const tree = signedTree(draft, evidence, { note: proof.note, key });
  if (tree === undefined) return draft.done();
  const { size, root } = tree.checkpoint;
  const leaf = Buffer.from(evidence.receipt.receipt.leafHash, 'base64');
  if (!isIncluded(leaf, { index: proof.index, size, proof: proof.proof }, root))
    draft.add({ code: 'receipt-not-in-log', file: evidence.receipt.name });
  else if (tree.isSigned) draft.add({ code: 'receipt', leaf: proof.index });
  return draft.done();
}

function proofIn(text: string): ProofFile | undefined {
  try {
    return parseProofFile(text);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function signedTree(
  draft: ReportDraft,
  { name, witnesses, hasOlder }: FileEvidence,
  { note, key }: { note: string; key: NoteVerifier },
): { checkpoint: Checkpoint; isSigned: boolean } | undefined {
  if (hasOlder) draft.leaveOpen('older-without-tiles');
  if (witnesses.length === 0) draft.leaveOpen('rewritten');
  const read = readCheckpoint(note, key);
  if (read === undefined) {
    draft.add({ code: 'checkpoint-malformed', file: name });
    return undefined;
  }
  const { origin, size } = read.checkpoint;
  draft.origin = origin;
  draft.size = size;
  draft.add(read.problem === undefined ? { code: 'signature', origin, size } : { code: read.problem, file: name });
  for (const witness of witnesses) draft.add(checkWitness(read.note, witness));
  return { checkpoint: read.checkpoint, isSigned: read.problem === undefined };
}

interface FoundEntry extends ProvenEntry {
  at: string;
}

function provenEntries(draft: ReportDraft, entries: readonly ProvenEntry[], tree: Checkpoint): FoundEntry[] {
  const seen = new Set<number | string>();
  return entries.flatMap((one): FoundEntry[] => {
    const bytes = Buffer.from(one.entry, 'utf8');
    const form = formOf(bytes);
    if (form.problem !== undefined) draft.add({ code: 'entry-malformed', leaf: one.index, reason: form.problem });
    const names = form.problem === undefined ? [one.index, form.id] : [one.index];
    if (names.some((name) => seen.has(name))) draft.add({ code: 'entry-twice', leaf: one.index });
    for (const name of names) seen.add(name);
    if (isProven(one, bytes, tree)) return [{ ...one, at: form.problem === undefined ? form.at : '' }];
    draft.add({ code: 'proof-wrong', leaf: one.index });
    return [];
  });
}

function isProven({ index, proof }: ProvenEntry, bytes: Buffer, { size, root }: Checkpoint): boolean {
  const hashes = proofHashes(proof);
  return hashes !== undefined && isIncluded(leafHash(bytes), { index, size, proof: hashes }, root);
}

function claimEntries(draft: ReportDraft, proven: readonly FoundEntry[]): void {
  const times = proven.map(({ at }) => at).filter((at) => at !== '');
  if (proven.length > 0)
    draft.add({ code: 'entries', count: proven.length, firstAt: times[0] ?? '', lastAt: times.at(-1) ?? '' });
}

function checkReceiptAmong(
  draft: ReportDraft,
  receipt: ReceiptEvidence | undefined,
  proven: readonly FoundEntry[],
): void {
  if (receipt === undefined) return;
  draft.leaveOpen('receipt-body');
  draft.add(checkReceiptSignature(receipt));
  const own = proven.find(
    ({ entry }) => leafHash(Buffer.from(entry, 'utf8')).toString('base64') === receipt.receipt.leafHash,
  );
  if (own === undefined) draft.leaveOpen('receipt-not-among');
  else draft.add({ code: 'receipt', leaf: own.index });
}
