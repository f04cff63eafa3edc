import { parseVerifierKey } from '../../tlog/signed-note';
import { verifyBundle } from '../../verifier/app/verify-bundle';
import type { Manifest } from '../../verifier/domain/manifest';
import type { Report } from '../../verifier/findings';
import {
  LOG_SIGNER,
  MemoryBundle,
  OTHER_SIGNER,
  rangesOfSource,
  testEntries,
} from '../../verifier/testing/memory-bundle';
import type { BundleFolder, LogReader } from '../ports';
import { exportBundle, type BundleExport } from './export-bundle';

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
): Promise<Manifest> {
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

async function checked(folder: MemoryFolder): Promise<Report> {
  const key = parseVerifierKey(LOG_SIGNER.vkey);
  const evidence = { source: folder, ranges: rangesOfSource(folder), key, older: [], witnesses: [] };
  return (await verifyBundle(evidence)).report;
}

describe('the export of a log', () => {
  it.each([0, 1, 256, 700])('of %i entries is a bundle that the verifier proves', async (size) => {
    const folder = new MemoryFolder();
    const manifest = await exported(logOf(size), folder);
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
    expect(report.proven).toContainEqual({ code: 'older', size: 300 });
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

  it.each<[string, MemoryBundle, Partial<BundleExport>, string]>([
    ['was set back', logOf(300), {}, 'synclog-behind'],
    ['has another history', new MemoryBundle(OTHERS.slice(0, 700)), {}, 'synclog-forked'],
    ['has grown from another history', new MemoryBundle(OTHERS.slice(0, 800)), {}, 'synclog-forked'],
    ['has another key', new MemoryBundle(ENTRIES.slice(0, 800), OTHER_SIGNER), {}, 'synclog-foreign'],
    ['has another key than was given', logOf(800), { trustedKey: OTHER_SIGNER.vkey }, 'synclog-foreign'],
  ])('refuses a log that %s, and leaves the folder as it is', async (_what, log, more, code) => {
    const folder = new MemoryFolder();
    await exported(logOf(700), folder);
    const before = folder.content;
    await expect(exported(log, folder, more)).rejects.toMatchObject({ code });
    expect(folder.content).toEqual(before);
  });

  it.each<[string, (log: MemoryBundle) => unknown, string]>([
    ['a checkpoint that its key has not signed', (log) => log.sign(OTHER_SIGNER), 'synclog-foreign'],
    ['a tile that does not fit', (log) => log.change('tile/0/000', (tile) => tile.fill(1)), 'synclog-answer-wrong'],
    [
      'an edge that does not fit',
      (log) => log.change('tile/1/000.p/2', (tile) => tile.fill(1)),
      'synclog-answer-wrong',
    ],
    ['other entries', (log) => log.rebundle(1, (entries) => entries.reverse()), 'synclog-answer-wrong'],
    ['no entries', ({ files }) => files.delete('tile/entries/000'), 'synclog-answer-wrong'],
    ['no checkpoint', ({ files }) => files.delete('checkpoint'), 'synclog-empty'],
  ])('refuses a log with %s, and writes no checkpoint', async (_what, spoil, code) => {
    const [log, folder] = [logOf(700), new MemoryFolder()];
    spoil(log);
    await expect(exported(log, folder)).rejects.toMatchObject({ code });
    expect(folder.list().filter((path) => !path.startsWith('tile/'))).toEqual([]);
  });

  it('goes up to the checkpoint that witnesses have cosigned, when that is wanted', async () => {
    const log = logOf(700);
    await expect(exported(log, new MemoryFolder(), { isWitnessed: true })).rejects.toMatchObject({
      code: 'synclog-empty',
    });
    log.files.set('checkpoint.witnessed', Buffer.from(log.note));
    expect((await exported(log, new MemoryFolder(), { isWitnessed: true })).size).toBe(700);
  });
});
