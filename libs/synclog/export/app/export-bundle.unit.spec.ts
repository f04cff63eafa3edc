import { keyChainText } from '../../tlog/key-chain';
import { parseVerifierKey } from '../../tlog/signed-note';
import { verifyBundle } from '../../verifier/app/verify-bundle';
import type { Report } from '../../verifier/findings';
import {
  LOG_SIGNER,
  MemoryBundle,
  OTHER_SIGNER,
  rangesOfSource,
  testEntries,
  testEntry,
} from '../../verifier/testing/memory-bundle';
import { rotatedBundle, STATEMENTS, THIRD_SIGNER } from '../../verifier/testing/rotated-log';
import type { BundleFolder, LogReader } from '../ports';
import { exportBundle, type BundleExport, type ExportedBundle } from './export-bundle';

const ENTRIES = testEntries(900);
/** Of another history. */
const OTHERS = testEntries(1_900).slice(1_000);
const logOf = (size: number): MemoryBundle => new MemoryBundle(ENTRIES.slice(0, size));

class MemoryFolder implements BundleFolder {
  readonly files = new Map<string, Buffer>();

  read(path: string): Buffer | undefined {
    const bytes = this.files.get(path);
    return bytes && Buffer.from(bytes);
  }

  list(): string[] {
    return [...this.files.keys()];
  }

  write(path: string, bytes: Uint8Array): void {
    this.files.set(path, Buffer.from(bytes));
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  /** What it holds, to be compared. */
  get content(): Record<string, string> {
    return Object.fromEntries([...this.files].map(([path, bytes]) => [path, bytes.toString('base64')]));
  }
}

/** A log that writes down what it is asked for, and is away after so many answers. */
class AskedLog implements LogReader {
  readonly asked: string[] = [];

  constructor(
    private readonly bundle: MemoryBundle,
    private readonly answers = Number.POSITIVE_INFINITY,
  ) {}

  async read(path: string): Promise<Buffer | undefined> {
    this.asked.push(path);
    if (this.asked.length > this.answers) throw new Error('away');
    return this.bundle.read(path);
  }
}

function exported(
  log: MemoryBundle | LogReader,
  folder: BundleFolder,
  more: Partial<BundleExport> = {},
): Promise<ExportedBundle> {
  return exportBundle({
    log: log instanceof MemoryBundle ? new AskedLog(log) : log,
    folder,
    isWitnessed: false,
    exportedBy: 'lienthong 0.0.0',
    clock: { now: () => new Date('2026-03-03T02:00:00.000Z') },
    tell: () => undefined,
    ...more,
  });
}

async function checked(folder: MemoryFolder, vkey = LOG_SIGNER.vkey): Promise<Report> {
  const key = parseVerifierKey(vkey);
  const evidence = { source: folder, ranges: rangesOfSource(folder), key, older: [], witnesses: [] };
  return (await verifyBundle(evidence)).report;
}

describe('the export of a log', () => {
  it.each([0, 1, 256, 700])('of %i entries is a bundle that the verifier proves', async (size) => {
    const folder = new MemoryFolder();
    const { manifest, misfits } = await exported(logOf(size), folder);
    expect(misfits).toEqual([]);
    expect(manifest).toMatchObject({
      format: 'lienthong-log-bundle/1',
      origin: LOG_SIGNER.name,
      size,
      exportedAt: '2026-03-03T09:00:00.000+07:00',
      firstAt: size === 0 ? null : '2026-03-02T02:00:00.000Z',
    });
    const report = await checked(folder);
    expect(report.wrong).toEqual([]);
    expect(report.proven).toContainEqual({ code: 'manifest', files: manifest.files.length });
  });

  it('asks only for what is not there after it broke off', async () => {
    const folder = new MemoryFolder();
    await expect(exported(new AskedLog(logOf(900), 10), folder)).rejects.toThrow('away');
    const there = folder.list().filter((path) => path.startsWith('tile/') && !path.includes('.p/'));
    expect(there.length).toBeGreaterThan(0);
    const again = new AskedLog(logOf(900));
    await exported(again, folder);
    expect(again.asked.filter((path) => there.includes(path))).toEqual([]);
    expect((await checked(folder)).wrong).toEqual([]);
  });

  it('goes on from an older state, whose checkpoint it keeps and whose partial tiles it leaves behind', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(300), folder);
    await exported(logOf(700), folder);
    expect(folder.list()).toEqual(expect.arrayContaining(['checkpoints/300', 'checkpoints/700']));
    expect(folder.list().filter((path) => path.includes('.p/44'))).toEqual([]);
    const report = await checked(folder);
    expect(report.wrong).toEqual([]);
    expect(report.proven).toContainEqual({ code: 'kept', size: 300 });
  });

  it('asks again for a file that was damaged', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    folder.files.get('tile/0/000')!.write('damage');
    folder.files.get('tile/entries/001')!.write('damage', 100);
    const log = new AskedLog(logOf(700));
    await exported(log, folder);
    expect(log.asked).toEqual(expect.arrayContaining(['tile/0/000', 'tile/entries/001']));
    expect((await checked(folder)).wrong).toEqual([]);
  });

  it('goes on over a change of the key, and takes the statements along that lead to the new one', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(300), folder);
    const { manifest } = await exported(rotatedBundle(ENTRIES.slice(0, 700)), folder);
    expect(manifest.files.map(({ path }) => path)).toContain('keys');
    for (const given of [LOG_SIGNER, THIRD_SIGNER]) {
      const { wrong, proven } = await checked(folder, given.vkey);
      expect(wrong).toEqual([]);
      expect(proven).toContainEqual({ code: 'kept', size: 300 });
    }
    await exported(rotatedBundle(ENTRIES.slice(0, 800)), folder, { trustedKey: LOG_SIGNER.vkey });
    expect((await checked(folder)).wrong).toEqual([]);
  });

  it('has no file of keys from a log that has had one key only: every verifier reads it', async () => {
    const folder = new MemoryFolder();
    const log = logOf(300);
    log.files.set('keys', Buffer.from(keyChainText({ first: LOG_SIGNER.vkey, statements: [] })));
    await exported(log, folder);
    expect(folder.list()).not.toContain('keys');
  });

  it.each<[string, MemoryBundle, Partial<BundleExport>, string]>([
    [
      'has a new key that the old one has not named',
      rotatedBundle(ENTRIES.slice(0, 800), { statements: STATEMENTS.slice(1) }),
      {},
      'synclog-foreign',
    ],
    [
      'is signed with a key that it had replaced',
      rotatedBundle(ENTRIES.slice(0, 800), { signers: [LOG_SIGNER] }),
      {},
      'synclog-foreign',
    ],
    ['was set back', logOf(300), {}, 'synclog-behind'],
    ['has another history', new MemoryBundle(OTHERS.slice(0, 700)), {}, 'synclog-forked'],
    ['has grown from another history', new MemoryBundle(OTHERS.slice(0, 800)), {}, 'synclog-forked'],
    ['has another key', new MemoryBundle(ENTRIES.slice(0, 800), OTHER_SIGNER), {}, 'synclog-foreign'],
    ['has another key than was given', logOf(800), { trustedKey: OTHER_SIGNER.vkey }, 'synclog-foreign'],
    ['is asked with a key that is none', logOf(800), { trustedKey: 'no key' }, 'synclog-key-unreadable'],
  ])('refuses a log that %s, and leaves the folder as it is', async (_what, log, more, code) => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    const before = folder.content;
    await expect(exported(log, folder, more)).rejects.toMatchObject({ code });
    expect(folder.content).toEqual(before);
  });

  it.each<[string, (log: MemoryBundle) => unknown, string]>([
    ['a checkpoint that its key has not signed', (log) => log.sign(OTHER_SIGNER), 'synclog-foreign'],
    ['a key that is none', ({ files }) => files.set('key', Buffer.from('none')), 'synclog-key-unreadable'],
    ['no checkpoint', ({ files }) => files.delete('checkpoint'), 'synclog-empty'],
  ])('refuses a log with %s, and writes nothing', async (_what, spoil, code) => {
    const [log, folder] = [logOf(700), new MemoryFolder()];
    spoil(log);
    await expect(exported(log, folder)).rejects.toMatchObject({ code });
    expect(folder.list()).toEqual([]);
  });

  const overlong = (log: MemoryBundle, path: string): unknown =>
    log.files.set(path, Buffer.concat([log.read(path)!, Buffer.of(0)]));
  it.each<[string, (log: MemoryBundle) => unknown, string[], string[]]>([
    [
      'a tile that does not fit',
      (log) => log.change('tile/0/000', (tile) => tile.fill(1)),
      ['tile/0/000'],
      ['tile-changed'],
    ],
    [
      'other entries',
      (log) => log.rebundle(1, (entries) => entries.reverse()),
      ['tile/entries/001'],
      ['entry-changed'],
    ],
    ['an entry too many', (log) => overlong(log, 'tile/entries/001'), ['tile/entries/001'], ['surplus-entries']],
    ['no entries', ({ files }) => files.delete('tile/entries/000'), ['tile/entries/000'], ['entry-missing']],
    ['half a bundle', (log) => cut(log, 'tile/entries/002.p/188'), ['tile/entries/002.p/188'], ['entry-missing']],
  ])('takes home a log with %s, and names the place', async (_what, spoil, paths, codes) => {
    const [log, folder] = [logOf(700), new MemoryFolder()];
    spoil(log);
    const { manifest, misfits } = await exported(log, folder);
    expect(misfits.map(({ path }) => path).sort()).toEqual(paths);
    expect(misfits.map(({ isMissing }) => isMissing)).toEqual(paths.map((path) => !log.files.has(path)));
    for (const path of paths) expect(folder.read(path)).toEqual(log.read(path));
    const { wrong, proven } = await checked(folder);
    expect([...new Set(wrong.map(({ code }) => code))]).toEqual(codes);
    expect(proven).toContainEqual({ code: 'manifest', files: manifest.files.length });
  });

  it.each([
    ['does not come to the root', (log: MemoryBundle) => log.change('tile/1/000.p/2', (tile) => tile.fill(1))],
    ['holds a byte more', (log: MemoryBundle) => overlong(log, 'tile/0/002.p/188')],
  ])('holds nothing for fitting when the edge of the tree %s', async (_what, spoil) => {
    const [log, folder] = [logOf(700), new MemoryFolder()];
    spoil(log);
    const { misfits, manifest } = await exported(log, folder);
    expect(misfits).toHaveLength(manifest.files.filter(({ path }) => path.startsWith('tile/')).length);
    expect(folder.content).toMatchObject({ 'tile/1/000.p/2': log.read('tile/1/000.p/2')!.toString('base64') });
    expect((await checked(folder)).wrong.length).toBeGreaterThan(0);
  });

  it('leaves what the folder has where the log gives something else, and what it had where the log gives no more', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    const before = folder.read('tile/entries/002.p/188')!;
    const log = logOf(900);
    log.rebundle(2, (entries) => entries.with(100, testEntry(612, 'refused')));
    folder.files.get('tile/entries/000')!.write('damage', 100);
    log.rebundle(0, (entries) => entries.with(100, testEntry(100, 'refused')));
    const damaged = folder.read('tile/entries/000')!;
    const { misfits } = await exported(log, folder);
    expect(misfits.map(({ path }) => path).sort()).toEqual(['tile/entries/000', 'tile/entries/002']);
    expect(folder.read('tile/entries/000')).toEqual(damaged);
    expect(folder.read('tile/entries/002.p/188')).toEqual(before);
    expect(folder.read('tile/entries/002')).toEqual(log.read('tile/entries/002'));
  });

  it('does not go on in a folder whose entries it cannot compare', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    const before = folder.content;
    const log = logOf(900).change('tile/0/002', (tile) => tile.fill(1));
    await expect(exported(log, folder)).rejects.toMatchObject({ code: 'synclog-answer-wrong' });
    expect(folder.content).toEqual(before);
  });

  it('keeps the checkpoint before all else, and goes on from each that it kept', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(300), folder);
    await expect(exported(new AskedLog(logOf(900), 8), folder)).rejects.toThrow('away');
    expect(folder.list()).toContain('checkpoints/900');
    await expect(exported(logOf(700), folder)).rejects.toMatchObject({ code: 'synclog-behind' });
    const other = new MemoryBundle([...ENTRIES.slice(0, 600), ...OTHERS.slice(0, 400)]);
    await expect(exported(other, folder)).rejects.toMatchObject({ code: 'synclog-forked' });
    await exported(logOf(900), folder);
    expect((await checked(folder)).wrong).toEqual([]);
  });

  it('goes up to the checkpoint that witnesses have cosigned, when that is wanted', async () => {
    const log = logOf(700);
    await expect(exported(log, new MemoryFolder(), { isWitnessed: true })).rejects.toMatchObject({
      code: 'synclog-empty',
    });
    log.files.set('checkpoint.witnessed', Buffer.from(log.note));
    expect((await exported(log, new MemoryFolder(), { isWitnessed: true })).manifest.size).toBe(700);
  });

  it('does not take witnesses that are slow for a log that was set back', async () => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    const [log, shorter] = [logOf(800), logOf(600)];
    for (const one of [log, shorter]) one.files.set('checkpoint.witnessed', Buffer.from(logOf(600).note));
    await expect(exported(log, folder, { isWitnessed: true })).rejects.toMatchObject({ code: 'synclog-not-witnessed' });
    await expect(exported(shorter, folder, { isWitnessed: true })).rejects.toMatchObject({ code: 'synclog-behind' });
  });
});

function cut(log: MemoryBundle, path: string): void {
  const bytes = log.read(path)!;
  log.files.set(path, bytes.subarray(0, bytes.length / 2));
}
