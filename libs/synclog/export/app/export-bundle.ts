import { AppError, rfc3339, type Clock } from '#platform';
import type { Checkpoint } from '../../tlog/checkpoint';
import { entriesOf } from '../../tlog/entry-bundle';
import type { NoteVerifier } from '../../tlog/signed-note';
import { parseTilePath, tilePath, TILE_WIDTH } from '../../tlog/tiles';
import { HASH_BYTES } from '../../tlog/tree-hash';
import { isSameKey, logKeyIn } from '../../verifier/domain/check-key';
import { readCheckpoint } from '../../verifier/domain/check-notes';
import { formOf } from '../../verifier/domain/entry-form';
import { OLDER_FOLDER } from '../../verifier/domain/log-files';
import {
  BUNDLE_FORMAT,
  fileDigest,
  MANIFEST_PATH,
  type Manifest,
  type ManifestFile,
} from '../../verifier/domain/manifest';
import type { BundleFolder, LogReader } from '../ports';
import { TiedCopy } from './tied-copy';

/** What a bundle is made from and with. */
export interface BundleExport {
  log: LogReader;
  folder: BundleFolder;
  /** The log's verifier key, got on another way; without it the log's own word is taken. */
  trustedKey?: string;
  /** Takes the newest checkpoint that most witnesses have cosigned, instead of the newest. */
  isWitnessed: boolean;
  /** Product and version. */
  exportedBy: string;
  clock: Clock;
  /** Told after each tile of entries. */
  tell(done: number, total: number): void;
}

/** Files that are asked for at once. */
const LANES = 4;

/** Downloads the sealed log into a folder, as tlog-tiles with a manifest: what is there and fits is not asked for again, and a folder that holds an older
 *  state goes on from it. Everything is tied to the signed checkpoint before it is written; the manifest comes last.
 *  @throws AppError `synclog-foreign` (another key, or the folder of another log), `synclog-behind`, `synclog-forked` (the log does not go on from what the
 *  folder holds, which stays as it is: it is the evidence), `synclog-answer-wrong`, `synclog-empty` */
export function exportBundle(bundle: BundleExport): Promise<Manifest> {
  return new Exporter(bundle).run();
}

interface SignedHead extends Checkpoint {
  note: Buffer;
}

class Exporter {
  private readonly files = new Map<string, ManifestFile>();
  private times: Pick<Manifest, 'firstAt' | 'lastAt'> = { firstAt: null, lastAt: null };

  constructor(private readonly bundle: BundleExport) {}

  async run(): Promise<Manifest> {
    const { folder, isWitnessed } = this.bundle;
    const keyFile = await this.read('key');
    const key = this.keyOfLog(keyFile);
    const head = headIn(await this.read(isWitnessed ? 'checkpoint.witnessed' : 'checkpoint'), key);
    if (head === undefined) throw refusal('synclog-foreign', 'the checkpoint of the log is not signed with its key');
    const before = folder.read('checkpoint');
    const older = before && this.olderHead(before, key);
    const copy = new TiedCopy(this.bundle, head);
    await copy.open();
    if (older !== undefined) await assertGoesOn(copy, older, head);
    for (const [path, tile] of copy.kept) this.keep(path, tile);
    await this.copyEntries(copy, head.size);
    this.keepCheckpoints(head, older);
    this.keep('key', keyFile);
    return this.finish(head);
  }

  private async read(path: string): Promise<Buffer> {
    const bytes = await this.bundle.log.read(path);
    if (bytes === undefined) throw refusal('synclog-empty', `the log has no ${path} yet`);
    return bytes;
  }

  private keyOfLog(keyFile: Buffer): NoteVerifier {
    const { trustedKey, folder } = this.bundle;
    const own = logKeyIn(keyFile.toString('utf8'));
    const known = [trustedKey, folder.read('key')?.toString('utf8')].filter((text) => text !== undefined).map(logKeyIn);
    if (own === undefined || known.some((key) => key === undefined || !isSameKey(key, own)))
      throw refusal('synclog-foreign', 'the log has another key than the one that was given, or that the folder holds');
    return own;
  }

  private olderHead(note: Buffer, key: NoteVerifier): SignedHead {
    const older = headIn(note, key);
    if (older === undefined) throw refusal('synclog-foreign', 'the folder holds a checkpoint that is not of this log');
    return older;
  }

  private async copyEntries(copy: TiedCopy, size: number): Promise<void> {
    const total = Math.ceil(size / TILE_WIDTH);
    let [next, done] = [0, 0];
    const runLane = async (): Promise<void> => {
      try {
        while (next < total) {
          await this.copyTile(copy, next++, total);
          this.bundle.tell((done += 1), total);
        }
      } catch (error) {
        // The other lanes end, too.
        next = total;
        throw error;
      }
    };
    await Promise.all(Array.from({ length: LANES }, runLane));
  }

  private async copyTile(copy: TiedCopy, index: number, total: number): Promise<void> {
    const tile = await copy.tile({ level: 0, index });
    const entries = await copy.entries(index, tile);
    const width = tile.length / HASH_BYTES;
    this.keep(tilePath({ level: 0, index, width }), tile);
    this.keep(tilePath({ level: 'entries', index, width }), entries);
    if (index === 0) this.times.firstAt = timeOf(entriesOf(entries).at(0));
    if (index === total - 1) this.times.lastAt = timeOf(entriesOf(entries).at(-1));
  }

  /** The new one, and each that the folder had: against them a log that was rewritten shows. */
  private keepCheckpoints(head: SignedHead, older: SignedHead | undefined): void {
    const { folder } = this.bundle;
    for (const path of folder.list().filter((one) => one.startsWith(OLDER_FOLDER))) {
      const note = folder.read(path);
      if (note !== undefined) this.keep(path, note);
    }
    for (const { size, note } of older === undefined ? [head] : [older, head])
      this.keep(`${OLDER_FOLDER}${size}`, note);
    this.keep('checkpoint', head.note);
  }

  private keep(path: string, bytes: Buffer): void {
    const { folder } = this.bundle;
    if (folder.read(path)?.equals(bytes) !== true) folder.write(path, bytes);
    this.files.set(path, { path, bytes: bytes.length, sha256: fileDigest(bytes) });
  }

  private finish({ origin, size }: SignedHead): Manifest {
    const { folder, exportedBy, clock } = this.bundle;
    const files = [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const exportedAt = rfc3339(clock.now());
    const manifest: Manifest = { format: BUNDLE_FORMAT, origin, size, exportedAt, exportedBy, ...this.times, files };
    // Partial tiles of an older state: their entries stand in wider ones now.
    for (const path of folder.list())
      if (parseTilePath(path) !== undefined && !this.files.has(path)) folder.remove(path);
    folder.write(MANIFEST_PATH, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    return manifest;
  }
}

/** @throws AppError `synclog-behind`, `synclog-forked` */
async function assertGoesOn(copy: TiedCopy, older: SignedHead, head: SignedHead): Promise<void> {
  if (older.size > head.size)
    throw refusal('synclog-behind', `the log has ${head.size} entries, and the folder ${older.size}: it was set back`);
  const root = older.size === head.size ? Buffer.from(head.root) : await copy.rootAt(older.size);
  if (root?.equals(older.root) !== true)
    throw refusal('synclog-forked', `the first ${older.size} entries of the log are not those that the folder holds`);
}

function headIn(note: Buffer, key: NoteVerifier): SignedHead | undefined {
  const read = readCheckpoint(note.toString('utf8'), key);
  return read === undefined || read.problem !== undefined ? undefined : { ...read.checkpoint, note };
}

function timeOf(entry: Buffer | undefined): string | null {
  if (entry === undefined) return null;
  const form = formOf(entry);
  return form.problem === undefined ? form.at : null;
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
