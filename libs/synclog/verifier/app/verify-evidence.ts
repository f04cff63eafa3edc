import type { Checkpoint } from '../../tlog/checkpoint';
import { parseProofFile, type ProofFile } from '../../tlog/proof-file';
import type { LogKey } from '../../tlog/key-chain';
import { isIncluded } from '../../tlog/proofs';
import type { NoteVerifier } from '../../tlog/signed-note';
import { leafHash } from '../../tlog/tree-hash';
import { keysToTrust, type KeyChainText } from '../domain/check-key';
import { compareOlder, type OlderCheckpoint } from '../domain/check-older';
import { checkReceiptEntry, checkReceiptSignature, type ReceiptEvidence } from '../domain/check-receipt';
import { formOf } from '../domain/entry-form';
import { parseEvidenceFile, proofHashes, type EvidenceFile, type ProvenEntry } from '../domain/evidence-file';
import { ReportDraft } from '../domain/report-draft';
import type { Report } from '../findings';
import { readSigned } from './signed-checkpoint';

/** What the reader of a file holds beside it. */
export interface FileEvidence {
  /** For the report. */
  name: string;
  text: string;
  key?: NoteVerifier;
  /** The keys that the log has had, got on another way. */
  keys?: KeyChainText;
  /** Without tiles, only one of the same size can be compared. */
  older: readonly OlderCheckpoint[];
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
  draft.leaveOpen('before-sealing', 'truth', 'completeness', 'subject');
  const { file, problem } = parseEvidenceFile(evidence.text);
  if (problem !== undefined) draft.add({ code: 'evidence-malformed', file: evidence.name, reason: problem });
  const proven = file === undefined ? [] : provenIn(file, draft, evidence);
  return { report: draft.done(), entries: proven.map(({ entry }) => entry) };
}

function provenIn(file: EvidenceFile, draft: ReportDraft, evidence: FileEvidence): readonly FoundEntry[] {
  const { name, key: trusted, receipt } = evidence;
  const chains = [ownChain(name, file.keys), evidence.keys];
  const keys = keysToTrust(draft, trusted, { file: name, own: file.logKey, chains });
  const tree = keys && signedTree(draft, evidence, { note: file.checkpoint, keys });
  if (tree === undefined) return [];
  const { checkpoint, isSigned } = tree;
  if (checkpoint.origin !== file.origin) draft.add({ code: 'evidence-malformed', file: name, reason: 'log' });
  const fitting = fittingEntries(draft, file.entries, checkpoint);
  const proven = isSigned ? fitting : [];
  claimEntries(draft, proven);
  checkReceiptAmong(draft, receipt, proven);
  return proven;
}

/** Looks at a receipt and its C2SP tlog-proof. */
export function verifyReceiptProof(evidence: FileEvidence & { receipt: ReceiptEvidence }): Report {
  const draft = new ReportDraft('receipt-proof');
  draft.leaveOpen('before-sealing', 'truth', 'receipt-keys', 'receipt-body');
  draft.add(checkReceiptSignature(evidence.receipt));
  const proof = proofIn(evidence.text);
  if (proof === undefined) draft.add({ code: 'evidence-malformed', file: evidence.name });
  const chains = [ownChain(evidence.name, proof?.extra?.toString('utf8')), evidence.keys];
  const keys = proof && keysToTrust(draft, evidence.key, { file: evidence.name, own: undefined, chains });
  if (proof === undefined || keys === undefined) return draft.done();
  const tree = signedTree(draft, evidence, { note: proof.note, keys });
  if (tree === undefined) return draft.done();
  const { size, root } = tree.checkpoint;
  const leaf = Buffer.from(evidence.receipt.receipt.leafHash, 'base64');
  if (!isIncluded(leaf, { index: proof.index, size, proof: proof.proof }, root))
    draft.add({ code: 'receipt-not-in-log', file: evidence.receipt.name });
  else if (tree.isSigned) draft.add({ code: 'receipt', leaf: proof.index });
  return draft.done();
}

function ownChain(file: string, text: string | undefined): KeyChainText | undefined {
  return text === undefined ? undefined : { file, text };
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
  { name, key: trusted, older, witnesses }: FileEvidence,
  { note, keys }: { note: string; keys: readonly LogKey[] },
): { checkpoint: Checkpoint; isSigned: boolean } | undefined {
  const read = readSigned(draft, { file: name, note, keys, isKeyTrusted: trusted !== undefined, witnesses });
  if (read === undefined) return undefined;
  for (const one of older) {
    const result = compareOlder(one, { keys, witnesses }, read.checkpoint);
    if (result === undefined) draft.leaveOpen('older-without-tiles');
    else draft.add(result);
    if (result?.code === 'older') draft.vouch(Number(result.size));
  }
  draft.leaveRewrittenOpen();
  return { checkpoint: read.checkpoint, isSigned: read.problem === undefined };
}

interface FoundEntry extends ProvenEntry {
  at: string;
}

/** Those whose proof leads to the root of the tree. */
function fittingEntries(draft: ReportDraft, entries: readonly ProvenEntry[], tree: Checkpoint): FoundEntry[] {
  const seen = new Set<string>();
  return entries.flatMap((one): FoundEntry[] => {
    const bytes = Buffer.from(one.entry, 'utf8');
    const form = formOf(bytes);
    if (form.problem !== undefined) draft.add({ code: 'entry-malformed', leaf: one.index, reason: form.problem });
    else if (seen.has(form.id)) draft.add({ code: 'entry-twice', leaf: one.index });
    else seen.add(form.id);
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
  const [first, last] = [proven.at(0), proven.at(-1)];
  if (first === undefined || last === undefined) return;
  const times = proven.map(({ at }) => at).filter((at) => at !== '');
  const [firstAt, lastAt] = [times[0] ?? '', times.at(-1) ?? ''];
  draft.add({ code: 'entries', count: proven.length, first: first.index, firstAt, last: last.index, lastAt });
}

function checkReceiptAmong(
  draft: ReportDraft,
  receipt: ReceiptEvidence | undefined,
  proven: readonly FoundEntry[],
): void {
  if (receipt === undefined) return;
  draft.leaveOpen('receipt-keys', 'receipt-body');
  draft.add(checkReceiptSignature(receipt));
  const own = proven
    .map(({ index, entry }) => ({ leaf: index, entry: Buffer.from(entry, 'utf8') }))
    .find(({ entry }) => leafHash(entry).toString('base64') === receipt.receipt.leafHash);
  if (own === undefined) draft.leaveOpen('receipt-not-among');
  else draft.add(checkReceiptEntry(receipt, own));
}
