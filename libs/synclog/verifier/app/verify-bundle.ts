import type { NoteVerifier } from '../../tlog/signed-note';
import type { LogKey } from '../../tlog/key-chain';
import type { TreeHead } from '../../tlog/proofs';
import { parseTilePath, TILE_WIDTH } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { entryAt } from '../domain/bundle';
import { keysToTrust, type KeyChainText } from '../domain/check-key';
import type { ReadCheckpoint } from '../domain/check-notes';
import { checkKept, checkOlder, type OlderCheckpoint } from '../domain/check-older';
import { checkReceiptEntry, checkReceiptSignature, type ReceiptEvidence } from '../domain/check-receipt';
import { rangesToCheck } from '../domain/check-range';
import type { ComputedTree } from '../domain/computed-tree';
import { judgeTree } from '../domain/judge-tree';
import { complementOf, rangesNamed, type LeafRange } from '../domain/leaf-ranges';
import { isKeptCheckpoint, isLogFile, isReadWithEntries, KEYS_PATH, surplusFiles } from '../domain/log-files';
import { compareList, ListedSource, MANIFEST_PATH, type Manifest } from '../domain/manifest';
import { otherWidths } from '../domain/other-widths';
import { ReportDraft } from '../domain/report-draft';
import type { Finding, Report } from '../findings';
import type { EvidenceSource, RangeChecks } from '../ports';
import { readSigned } from './signed-checkpoint';
import { WholeLog } from './whole-log';

/** A log bundle, and what its reader holds beside it. */
export interface BundleEvidence {
  source: EvidenceSource;
  ranges: RangeChecks;
  /** The key of the log, got on another way; without it the bundle's own word is taken. */
  key?: NoteVerifier;
  /** The keys that the log has had, got on another way. */
  keys?: KeyChainText;
  older: readonly OlderCheckpoint[];
  witnesses: readonly NoteVerifier[];
  receipt?: ReceiptEvidence;
}

/** What came of it, and the entries that are proven. */
export interface VerifiedBundle {
  report: Report;
  proven: readonly LeafRange[];
  /** Of the entries that were looked at; undefined when nothing could be. */
  tree?: ComputedTree;
}

/** So many tiles may be missing, and as many again as are there: what promises more is not counted after, there is no tree to make. */
const MAX_MISSING_TILES = 1_024;

/** Looks at a whole log: each entry, each tile, the signature, and what the reader holds beside it. */
export function verifyBundle(evidence: BundleEvidence): Promise<VerifiedBundle> {
  return new BundleVerification(evidence).run();
}

class BundleVerification {
  private readonly draft = new ReportDraft('log-bundle');
  private readonly source: ListedSource;
  private readonly paths: readonly string[];
  /** Whether all files of entries were read, and so compared with the manifest. */
  private areEntriesRead = false;

  constructor(private readonly evidence: BundleEvidence) {
    this.source = new ListedSource(evidence.source);
    this.paths = this.source.list();
  }

  async run(): Promise<VerifiedBundle> {
    const { draft, source } = this;
    const { key: trusted, keys: given, witnesses } = this.evidence;
    draft.leaveOpen('before-sealing', 'truth', 'after-checkpoint');
    const [own, chain] = [source.read('key')?.toString('utf8'), source.read(KEYS_PATH)?.toString('utf8')];
    const chains = [chain === undefined ? undefined : { file: KEYS_PATH, text: chain }, given];
    const keys = keysToTrust(draft, trusted, { file: 'key', own, chains });
    const note = source.read('checkpoint')?.toString('utf8') ?? '';
    const isKeyTrusted = trusted !== undefined;
    const read = keys && readSigned(draft, { file: 'checkpoint', note, keys, isKeyTrusted, witnesses });
    const found = keys && read ? await this.checkTree(keys, read) : { proven: [] };
    this.checkFolder();
    return { report: draft.done(), ...found };
  }

  private async checkTree(keys: readonly LogKey[], read: ReadCheckpoint): Promise<Omit<VerifiedBundle, 'report'>> {
    const { draft, source, paths } = this;
    const { size, root } = read.checkpoint;
    draft.addAll(surplusFiles(paths, size));
    draft.addAll(otherWidths(source, paths, size));
    if (!this.hasEnough(size)) return { proven: [] };
    const log = await this.readLog(size);
    const judgement = judgeTree({ source, root: Buffer.from(root), ...log });
    draft.addAll(judgement.findings);
    this.checkOlder(keys, log, read.checkpoint);
    const isSigned = read.problem === undefined;
    // Entries whose hash the signed root covers: missing and changed ones left out.
    const proven = isSigned && judgement.isTied ? complementOf([...judgement.unproven, ...log.missing], size) : [];
    this.nameUnproven(size, [...proven, ...log.missing, ...rangesNamed(judgement.findings, 'entry-changed')]);
    if (isSigned) this.claimEntries(log, proven);
    this.checkReceipt(log, proven);
    return { proven, tree: log.tree };
  }

  private async readLog(size: number): Promise<WholeLog> {
    const { receipt, ranges } = this.evidence;
    const wanted = receipt === undefined ? [] : [Buffer.from(receipt.receipt.leafHash, 'base64')];
    const job = { size, wanted: wanted.filter((leafHash) => leafHash.length === HASH_BYTES) };
    const log = new WholeLog(size, await ranges.check(job, rangesToCheck(Math.ceil(size / TILE_WIDTH))));
    this.areEntriesRead = true;
    this.draft.addAll(log.findings());
    this.draft.addMore('entry-malformed', log.moreMalformed);
    return log;
  }

  /** False for a size that the files do not come near to. */
  private hasEnough(size: number): boolean {
    const indexes = new Set(
      this.paths.map(parseTilePath).flatMap((name) => (name?.level === 'entries' ? name.index : [])),
    );
    if (Math.ceil(size / TILE_WIDTH) <= 2 * indexes.size + MAX_MISSING_TILES) return true;
    let missing = 0;
    while (indexes.has(missing)) missing += 1;
    const range = { leaf: missing * TILE_WIDTH, lastLeaf: size - 1 };
    this.draft.add({ code: 'entry-missing', ...range });
    this.nameUnproven(size, [range]);
    return false;
  }

  /** An entry that the report does not name is proven: so it names the others, whatever the reason.
   *  @param others that are proven, or named */
  private nameUnproven(size: number, others: readonly LeafRange[]): void {
    this.draft.addAll(complementOf(others, size).map((range): Finding => ({ code: 'entry-unproven', ...range })));
  }

  private checkOlder(keys: readonly LogKey[], { tree }: WholeLog, head: TreeHead): void {
    const { draft, source } = this;
    const speakers = { keys, witnesses: this.evidence.witnesses };
    for (const older of this.evidence.older) {
      const result = checkOlder(older, speakers, { source, tree });
      draft.add(result);
      if (result.code === 'older') draft.vouch(Number(result.size));
    }
    for (const name of this.paths.filter(isKeptCheckpoint).sort()) {
      const text = source.read(name)?.toString('utf8') ?? '';
      const result = checkKept({ name, text }, speakers, { source, tree, head });
      if (result !== undefined) draft.add(result);
    }
    draft.leaveRewrittenOpen();
  }

  private claimEntries({ tree: { size }, firstAt = '', lastAt = '' }: WholeLog, proven: readonly LeafRange[]): void {
    const count = proven.reduce((sum, { leaf, lastLeaf }) => sum + lastLeaf - leaf + 1, 0);
    if (count > 0 && count === size)
      this.draft.add({ code: 'entries', count, first: 0, firstAt, last: size - 1, lastAt });
    else if (count > 0) this.draft.add({ code: 'some-entries', count, size });
    if (!this.draft.has('tile-changed', 'tile-missing', 'root-wrong', 'entry-changed', 'entry-missing'))
      this.draft.add({ code: 'tree', size });
  }

  private checkReceipt({ found, tree: { size } }: WholeLog, proven: readonly LeafRange[]): void {
    const { receipt } = this.evidence;
    if (receipt === undefined) return;
    const isProven = (at: number): boolean => proven.some(({ leaf, lastLeaf }) => leaf <= at && at <= lastLeaf);
    this.draft.leaveOpen('receipt-keys', 'receipt-body');
    this.draft.add(checkReceiptSignature(receipt));
    const leaf = found.find((place) => isProven(place.leaf))?.leaf;
    if (found.length === 0) this.draft.add({ code: 'receipt-not-in-log', file: receipt.name });
    else if (leaf === undefined) this.draft.leaveOpen('receipt-not-among');
    else this.draft.add(checkReceiptEntry(receipt, { leaf, entry: entryAt(this.source, leaf, size) }));
  }

  private checkFolder(): void {
    const { manifest } = this.source;
    if (manifest === undefined) this.draft.leaveOpen('no-manifest');
    else this.compareFiles(manifest);
    this.draft.addAll(this.source.findings);
    if (manifest !== undefined && this.areEntriesRead && !this.draft.has('manifest-differs'))
      this.draft.add({ code: 'manifest', files: manifest.files.length });
    if (this.paths.some((path) => path !== MANIFEST_PATH && !isLogFile(path))) this.draft.leaveOpen('other-files');
  }

  private compareFiles(manifest: Manifest): void {
    const present = this.paths.filter(isLogFile);
    this.draft.addAll(compareList(manifest, present));
    const { origin, size } = this.draft;
    if (origin !== null && (manifest.origin !== origin || manifest.size !== size))
      this.draft.add({ code: 'manifest-differs', file: MANIFEST_PATH, reason: 'log' });
    // Those that are there: the manifest's own paths may lead anywhere.
    for (const path of present) if (!isReadWithEntries(path, size ?? 0)) this.source.read(path);
  }
}
