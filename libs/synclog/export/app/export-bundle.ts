import { AppError, rfc3339, type Clock } from '#platform';
import type { Checkpoint } from '../../tlog/checkpoint';
import { followKeys, isSameKey, parseKeyChain, type KeyChain, type LogKey } from '../../tlog/key-chain';
import type { NoteVerifier } from '../../tlog/signed-note';
import { parseTilePath, tilePath, TILE_WIDTH, widthAt } from '../../tlog/tiles';
import { forEachEntry } from '../../verifier/domain/bundle';
import { logKeyIn } from '../../verifier/domain/check-key';
import { readCheckpoint } from '../../verifier/domain/check-notes';
import { formOf } from '../../verifier/domain/entry-form';
import { isKeptCheckpoint, KEYS_PATH, OLDER_FOLDER } from '../../verifier/domain/log-files';
import {
  BUNDLE_FORMAT,
  fileDigest,
  MANIFEST_PATH,
  type Manifest,
  type ManifestFile,
} from '../../verifier/domain/manifest';
import type { BundleFolder, LogReader } from '../ports';
import { TiedCopy, type Misfit } from './tied-copy';

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

/** What was taken home, and what of it is not as the log has signed it. */
export interface ExportedBundle {
  manifest: Manifest;
  misfits: readonly Misfit[];
}

/** Files that are asked for at once. */
const LANES = 4;

/** Downloads the sealed log into a folder, as tlog-tiles with a manifest: what is there and fits is not asked for again, and a folder that holds an older
 *  state goes on from it. Everything is compared with the signed checkpoint; what the log gives otherwise than it signed is taken home too, for it is the
 *  evidence, unless the folder holds that file already. The manifest comes last.
 *  @throws AppError `synclog-foreign` (another key, or the folder of another log), `synclog-key-unreadable`, `synclog-behind`, `synclog-not-witnessed` (only
 *  the witnesses are behind), `synclog-forked` (the log does not go on from what the folder holds, which stays as it is: it is the evidence),
 *  `synclog-answer-wrong` (whether it does cannot be told), `synclog-empty` */
export function exportBundle(bundle: BundleExport): Promise<ExportedBundle> {
  return new Exporter(bundle).run();
}

interface SignedHead extends Checkpoint {
  note: Buffer;
}

class Exporter {
  private readonly files = new Map<string, ManifestFile>();
  private times: Pick<Manifest, 'firstAt' | 'lastAt'> = { firstAt: null, lastAt: null };

  constructor(private readonly bundle: BundleExport) {}

  async run(): Promise<ExportedBundle> {
    const keyFile = await this.read('key');
    const chainFile = await this.bundle.log.read(KEYS_PATH);
    const { keys, isReplaced } = this.keysOfLog(keyFile, chainFile);
    const head = signedHead(
      await this.read(this.bundle.isWitnessed ? 'checkpoint.witnessed' : 'checkpoint'),
      keys,
      'the log',
    );
    const known = this.knownHeads(keys);
    await this.assertNotBehind(head, known, keys);
    const copy = new TiedCopy(this.bundle, head);
    await copy.open();
    for (const older of known) await assertGoesOn(copy, older, head);
    // Before anything else: a run that breaks off leaves what the next one must go on from.
    for (const { path, note } of known) this.keep(path, note);
    this.keep(`${OLDER_FOLDER}${head.size}`, head.note);
    for (const [path, tile] of copy.kept) this.keepFrom(copy, path, tile);
    await this.copyEntries(copy, head.size);
    this.keep('checkpoint', head.note);
    this.keep('key', keyFile);
    // A log that has had one key only has a bundle that every verifier reads.
    if (chainFile !== undefined && isReplaced) this.keep(KEYS_PATH, chainFile);
    return { manifest: this.finish(head, copy), misfits: copy.misfits };
  }

  private async read(path: string): Promise<Buffer> {
    const bytes = await this.bundle.log.read(path);
    if (bytes === undefined) throw refusal('synclog-empty', `the log has no ${path} yet`);
    return bytes;
  }

  /** Follows the log's keys from the one that was given, or that the folder holds. */
  private keysOfLog(keyFile: Buffer, chainFile: Buffer | undefined): { keys: readonly LogKey[]; isReplaced: boolean } {
    const { trustedKey, folder } = this.bundle;
    const own = readableKey(keyFile.toString('utf8'), 'the log gives');
    const inFolder = folder.read('key')?.toString('utf8');
    const known = [
      ...(trustedKey === undefined ? [] : [readableKey(trustedKey, 'was given')]),
      ...(inFolder === undefined ? [] : [readableKey(inFolder, 'the folder holds')]),
    ];
    const chain = chainFile === undefined ? undefined : readableChain(chainFile);
    const keys = known.map((key) => keysFrom(key, chain)).concat([keysFrom(own, chain)]);
    if (keys.some((one) => !one.some(({ verifier }) => isSameKey(verifier, own))))
      throw refusal(
        'synclog-foreign',
        'the log has another key than the one that was given, or that the folder holds, and no statement leads there',
      );
    return { keys: keys[0], isReplaced: (chain?.statements.length ?? 0) > 0 };
  }

  /** All checkpoints that the folder holds, and the path under which each is kept: against them a log that was rewritten shows. */
  private knownHeads(keys: readonly LogKey[]): (SignedHead & { path: string })[] {
    const { folder } = this.bundle;
    return [...folder.list().filter(isKeptCheckpoint).sort(), 'checkpoint'].flatMap((path) => {
      const note = folder.read(path);
      if (note === undefined) return [];
      const head = signedHead(note, keys, 'the folder');
      return [{ ...head, path: path === 'checkpoint' ? `${OLDER_FOLDER}${head.size}` : path }];
    });
  }

  /** A log is behind when its newest checkpoint is; those of its witnesses may come later.
   *  @throws AppError `synclog-behind`, `synclog-not-witnessed` */
  private async assertNotBehind(
    head: SignedHead,
    known: readonly SignedHead[],
    keys: readonly LogKey[],
  ): Promise<void> {
    const most = Math.max(0, ...known.map(({ size }) => size));
    if (most <= head.size) return;
    const { size } = this.bundle.isWitnessed ? signedHead(await this.read('checkpoint'), keys, 'the log') : head;
    if (size < most)
      throw refusal('synclog-behind', `the log has ${size} entries, and the folder ${most}: it was set back`);
    throw refusal(
      'synclog-not-witnessed',
      `the folder has ${most} entries, and the witnesses have signed ${head.size} so far: wait for them, or export without them`,
    );
  }

  private async copyEntries(copy: TiedCopy, size: number): Promise<void> {
    const total = Math.ceil(size / TILE_WIDTH);
    let [next, done] = [0, 0];
    const runLane = async (): Promise<void> => {
      try {
        while (next < total) {
          await this.copyTile(copy, next++, size);
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

  private async copyTile(copy: TiedCopy, index: number, size: number): Promise<void> {
    const width = widthAt({ level: 0, index }, size);
    this.keepFrom(copy, tilePath({ level: 0, index, width }), await copy.tile({ level: 0, index }));
    const entries = await copy.entries(index);
    this.keepFrom(copy, tilePath({ level: 'entries', index, width }), entries);
    if (index === 0) this.times.firstAt = timesOf(entries).firstAt;
    if ((index + 1) * TILE_WIDTH >= size) this.times.lastAt = timesOf(entries).lastAt;
  }

  /** What does not fit takes no other file's place: what the folder holds may be what the log was. */
  private keepFrom(copy: TiedCopy, path: string, bytes: Buffer | undefined): void {
    const present = copy.isMisfit(path) ? this.bundle.folder.read(path) : undefined;
    const kept = present ?? bytes;
    if (kept !== undefined) this.keep(path, kept);
  }

  private keep(path: string, bytes: Buffer): void {
    const { folder } = this.bundle;
    if (folder.read(path)?.equals(bytes) !== true) folder.write(path, bytes);
    this.files.set(path, { path, bytes: bytes.length, sha256: fileDigest(bytes) });
  }

  private finish({ origin, size }: SignedHead, copy: TiedCopy): Manifest {
    const { folder, exportedBy, clock } = this.bundle;
    for (const path of folder.list())
      if (parseTilePath(path) !== undefined && !this.files.has(path)) this.leaveBehind(copy, path);
    const files = [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const exportedAt = rfc3339(clock.now());
    const manifest: Manifest = { format: BUNDLE_FORMAT, origin, size, exportedAt, exportedBy, ...this.times, files };
    folder.write(MANIFEST_PATH, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    return manifest;
  }

  /** A partial tile of an older state: its entries stand in a wider one now, unless that does not fit. */
  private leaveBehind({ misfits }: TiedCopy, path: string): void {
    const bytes = misfits.length > 0 ? this.bundle.folder.read(path) : undefined;
    if (bytes === undefined) this.bundle.folder.remove(path);
    else this.keep(path, bytes);
  }
}

/** @throws AppError `synclog-forked`, `synclog-answer-wrong` */
async function assertGoesOn(copy: TiedCopy, older: SignedHead, head: SignedHead): Promise<void> {
  const root = older.size === head.size ? Buffer.from(head.root) : await copy.rootAt(older.size);
  if (!root.equals(older.root))
    throw refusal('synclog-forked', `the first ${older.size} entries of the log are not those that the folder holds`);
}

/** @throws AppError `synclog-foreign` */
function signedHead(note: Buffer, keys: readonly LogKey[], whose: string): SignedHead {
  const read = readCheckpoint(note.toString('utf8'), keys);
  if (read === undefined || read.problem !== undefined)
    throw refusal('synclog-foreign', `${whose} has a checkpoint that is not signed with the key that the log had then`);
  return { ...read.checkpoint, note };
}

/** @throws AppError `synclog-key-unreadable` */
function readableKey(text: string, whose: string): NoteVerifier {
  const key = logKeyIn(text);
  if (key === undefined) throw refusal('synclog-key-unreadable', `the key that ${whose} is no verifier key of a log`);
  return key;
}

/** @throws AppError `synclog-key-unreadable` */
function readableChain(file: Buffer): KeyChain {
  try {
    return parseKeyChain(file.toString('utf8'));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refusal('synclog-key-unreadable', 'what the log gives as its keys is none');
  }
}

function keysFrom(trusted: NoteVerifier, chain: KeyChain | undefined): readonly LogKey[] {
  return chain === undefined ? [{ verifier: trusted, fromSize: 0 }] : followKeys(trusted, chain).keys;
}

/** Times of the first and the last entry of a bundle. */
function timesOf(bundle: Buffer | undefined): Pick<Manifest, 'firstAt' | 'lastAt'> {
  const times: (string | null)[] = [];
  forEachEntry(bundle ?? Buffer.alloc(0), (_nth, entry) => {
    const form = formOf(entry);
    times.push(form.problem === undefined ? form.at : null);
  });
  return { firstAt: times.at(0) ?? null, lastAt: times.at(-1) ?? null };
}

function refusal(code: string, detail: string): AppError {
  return new AppError({ code, disposition: 'person', detail });
}
