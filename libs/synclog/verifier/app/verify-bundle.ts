import type { NoteVerifier } from '../../tlog/signed-note';
import { parseTilePath, TILE_WIDTH } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { keyToTrust } from '../domain/check-key';
import { checkOlder, type OlderCheckpoint } from '../domain/check-older';
import { checkReceiptSignature, type ReceiptEvidence } from '../domain/check-receipt';
import { rangesToCheck } from '../domain/check-range';
import { checkWitness, readCheckpoint, type ReadCheckpoint } from '../domain/check-notes';
import { judgeTree, type TreeJudgement } from '../domain/judge-tree';
import { complementOf, type LeafRange } from '../domain/leaf-ranges';
import { isLogFile, isReadWithEntries, OLDER_FOLDER, surplusFiles } from '../domain/log-files';
import { compareList, ListedSource, MANIFEST_PATH } from '../domain/manifest';
import { ReportDraft } from '../domain/report-draft';
import type { Report } from '../findings';
import type { EvidenceSource, RangeChecks } from '../ports';
import { WholeLog } from './whole-log';

/** A log bundle, and what its reader holds beside it. */
export interface BundleEvidence {
  source: EvidenceSource;
  ranges: RangeChecks;
  /** The key of the log, got on another way; without it the bundle's own word is taken. */
  key?: NoteVerifier;
  older: readonly OlderCheckpoint[];
  witnesses: readonly NoteVerifier[];
  receipt?: ReceiptEvidence;
}

/** What came of it, and the entries that are proven. */
export interface VerifiedBundle {
  report: Report;
  proven: readonly LeafRange[];
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

  constructor(private readonly evidence: BundleEvidence) {
    this.source = new ListedSource(evidence.source);
    this.paths = this.source.list();
  }

  async run(): Promise<VerifiedBundle> {
    this.draft.leaveOpen('before-sealing', 'truth', 'after-checkpoint');
    const own = this.source.read('key')?.toString('utf8');
    const key = keyToTrust(this.draft, this.evidence.key, { file: 'key', own });
    const read = key && this.checkpoint(key);
    const proven = key && read ? await this.checkTree(key, read) : [];
    this.checkManifest();
    return { report: this.draft.done(), proven };
  }

  private checkpoint(key: NoteVerifier): ReadCheckpoint | undefined {
    const read = readCheckpoint(this.source.read('checkpoint')?.toString('utf8') ?? '', key);
    if (read === undefined) {
      this.draft.add({ code: 'checkpoint-malformed', file: 'checkpoint' });
      return undefined;
    }
    const { origin, size } = read.checkpoint;
    this.draft.origin = origin;
    this.draft.size = size;
    this.draft.add(
      read.problem === undefined ? { code: 'signature', origin, size } : { code: read.problem, file: 'checkpoint' },
    );
    for (const witness of this.evidence.witnesses) this.draft.add(checkWitness(read.note, witness));
    return read;
  }

  private async checkTree(key: NoteVerifier, read: ReadCheckpoint): Promise<LeafRange[]> {
    const { size, root } = read.checkpoint;
    this.draft.addAll(surplusFiles(this.paths, size));
    if (!this.hasEnough(size)) return [];
    const { receipt } = this.evidence;
    const wanted = receipt === undefined ? [] : [Buffer.from(receipt.receipt.leafHash, 'base64')];
    const job = { size, wanted: wanted.filter((leafHash) => leafHash.length === HASH_BYTES) };
    const results = await this.evidence.ranges.check(job, rangesToCheck(Math.ceil(size / TILE_WIDTH)));
    const log = new WholeLog(size, results);
    this.draft.addAll(log.findings());
    const judgement = judgeTree({ source: this.source, root: Buffer.from(root), ...log });
    this.draft.addAll(judgement.findings);
    this.checkOlder(key, log);
    const isSigned = read.problem === undefined;
    const proven = isSigned && judgement.isTied ? provenEntries(log, judgement) : [];
    if (isSigned) this.claimEntries(log, proven);
    this.checkReceipt(log, proven);
    return proven;
  }

  /** False for a size that the files do not come near to. */
  private hasEnough(size: number): boolean {
    const indexes = new Set(
      this.paths.map(parseTilePath).flatMap((name) => (name?.level === 'entries' ? name.index : [])),
    );
    if (Math.ceil(size / TILE_WIDTH) <= 2 * indexes.size + MAX_MISSING_TILES) return true;
    let missing = 0;
    while (indexes.has(missing)) missing += 1;
    this.draft.add({ code: 'entry-missing', leaf: missing * TILE_WIDTH, lastLeaf: size - 1 });
    return false;
  }

  private checkOlder(key: NoteVerifier, log: WholeLog): void {
    const own = this.paths.filter((path) => path.startsWith(OLDER_FOLDER)).sort();
    const kept = own.map((name) => ({ name, text: this.source.read(name)?.toString('utf8') ?? '' }));
    const { older: outside, witnesses, source } = this.evidence;
    if (outside.length + witnesses.length === 0) this.draft.leaveOpen('rewritten');
    for (const older of [...outside, ...kept]) this.draft.add(checkOlder(older, key, { source, tree: log.tree }));
  }

  private claimEntries({ tree: { size }, firstAt = '', lastAt = '' }: WholeLog, proven: readonly LeafRange[]): void {
    const count = proven.reduce((sum, { leaf, lastLeaf }) => sum + lastLeaf - leaf + 1, 0);
    if (count > 0 && count === size) this.draft.add({ code: 'entries', count, firstAt, lastAt });
    else if (count > 0) this.draft.add({ code: 'some-entries', count, size });
    if (!this.draft.has('tile-changed', 'tile-missing', 'root-wrong', 'entry-changed', 'entry-missing'))
      this.draft.add({ code: 'tree', size });
  }

  private checkReceipt({ found }: WholeLog, proven: readonly LeafRange[]): void {
    const { receipt } = this.evidence;
    if (receipt === undefined) return;
    this.draft.leaveOpen('receipt-body');
    this.draft.add(checkReceiptSignature(receipt));
    const [place] = found;
    if (place === undefined) this.draft.add({ code: 'receipt-not-in-log', file: receipt.name });
    else if (proven.some(({ leaf, lastLeaf }) => leaf <= place.leaf && place.leaf <= lastLeaf))
      this.draft.add({ code: 'receipt', leaf: place.leaf });
  }

  private checkManifest(): void {
    const { manifest } = this.source;
    if (manifest === undefined) {
      this.draft.leaveOpen('no-manifest');
    } else {
      const present = this.paths.filter(isLogFile);
      this.draft.addAll(compareList(manifest, present));
      const { origin, size } = this.draft;
      if (origin !== null && (manifest.origin !== origin || manifest.size !== size))
        this.draft.add({ code: 'manifest-differs', file: MANIFEST_PATH, reason: 'log' });
      // Those that are there: the manifest's own paths may lead anywhere.
      for (const path of present) if (!isReadWithEntries(path, size ?? 0)) this.source.read(path);
    }
    this.draft.addAll(this.source.findings);
    if (manifest !== undefined && !this.draft.has('manifest-differs'))
      this.draft.add({ code: 'manifest', files: manifest.files.length });
  }
}

/** Entries whose hash the signed root covers: missing and changed ones left out. */
function provenEntries({ tree, missing }: WholeLog, { unproven }: TreeJudgement): LeafRange[] {
  return complementOf([...unproven, ...missing], tree.size);
}
