import { parseVerifierKey } from '../tlog/signed-note';
import { TILE_WIDTH } from '../tlog/tiles';
import { leafHash } from '../tlog/tree-hash';
import { verifyBundle, type BundleEvidence, type VerifiedBundle } from './app/verify-bundle';
import { canonicalText } from './domain/canonical';
import {
  cosigned,
  LOG_SIGNER,
  MemoryBundle,
  rangesOfSource,
  testEntries,
  testEntry,
  WITNESS,
} from './testing/memory-bundle';
import { testReceipt } from './testing/test-receipt';

const SIZE = 700;
const ENTRIES = testEntries(SIZE);
/** One of the last, partial tile. */
const LEAF = 690;
const LAST_TILE = 'tile/0/002.p/188';

function verified(source: MemoryBundle, outside: Partial<BundleEvidence> = {}): Promise<VerifiedBundle> {
  const key = parseVerifierKey(LOG_SIGNER.vkey);
  return verifyBundle({ source, ranges: rangesOfSource(source), key, older: [], witnesses: [], ...outside });
}
const codesOf = ({ report }: VerifiedBundle): string[] => [...new Set(report.wrong.map(({ code }) => code))].sort();
const claimsOf = ({ report }: VerifiedBundle): string[] => report.proven.map(({ code }) => code);
const appended = (bundle: MemoryBundle, path: string): Map<string, Buffer> =>
  bundle.files.set(path, Buffer.concat([bundle.read(path)!, Buffer.of(0)]));

describe('a bundle that somebody forged', () => {
  it('does not prove a changed entry whose genuine tile got a byte more', async () => {
    const forged = testEntry(LEAF, 'refused');
    const bundle = new MemoryBundle(ENTRIES).rebundle(2, (entries) =>
      entries.toSpliced(LEAF - 2 * TILE_WIDTH, 1, forged),
    );
    appended(bundle, LAST_TILE);
    const receipt = { name: 'receipt.json', ...testReceipt(leafHash(forged)) };
    const found = await verified(bundle.writeManifest(), { receipt });
    expect(found.proven).toEqual([]);
    expect(codesOf(found)).toEqual(['entry-unproven', 'root-wrong', 'tile-changed']);
    for (const claim of ['entries', 'some-entries', 'receipt']) expect(claimsOf(found)).not.toContain(claim);
    expect(found.report.wrong).toContainEqual({ code: 'entry-unproven', leaf: 0, lastLeaf: SIZE - 1 });
    expect(found.report.open).toContain('receipt-not-among');
  });

  it.each([
    ['below a changed tile of the second level', (bundle: MemoryBundle) => bundle.change('tile/1/000', spoil)],
    ['below a missing tile of the second level', ({ files }: MemoryBundle) => files.delete('tile/1/000')],
  ])(
    'names all entries that are not proven: %s',
    async (_what, spoilTree) => {
      const size = TILE_WIDTH ** 2 + 10;
      const bundle = new MemoryBundle(testEntries(size)).rebundle(5, (entries) =>
        entries.toSpliced(9, 1, testEntry(1_289, 'refused')),
      );
      spoilTree(bundle);
      const { report, proven } = await verified(bundle.writeManifest());
      expect(report.wrong).toContainEqual({ code: 'entry-unproven', leaf: 0, lastLeaf: TILE_WIDTH ** 2 - 1 });
      expect(proven).toEqual([{ leaf: TILE_WIDTH ** 2, lastLeaf: size - 1 }]);
    },
    60_000,
  );

  it.each([
    ['tile/entries/001.p/7', 'tile/entries/000.p/7', 7],
    ['tile/0/001.p/7', 'tile/0/000.p/7', 7],
    ['tile/entries/002', 'tile/entries/000', TILE_WIDTH],
    ['tile/0/002', 'tile/0/000', TILE_WIDTH],
  ])('finds forged entries in %s, a tile of another width that nothing else reads', async (path, from, width) => {
    const forged = new MemoryBundle(testEntries(1_300).slice(1_000, 1_000 + width));
    const bundle = new MemoryBundle(ENTRIES);
    bundle.files.set(path, forged.read(from)!);
    const { report } = await verified(bundle.writeManifest());
    expect(report.wrong).toEqual([{ code: 'surplus-entries', file: path }]);
  });

  it('takes a tile of another width that says the same', async () => {
    const [bundle, longer] = [new MemoryBundle(ENTRIES), new MemoryBundle(testEntries(800))];
    const shorter = new MemoryBundle(ENTRIES.slice(0, 520));
    for (const level of ['0', 'entries']) {
      bundle.files.set(`tile/${level}/002`, longer.files.get(`tile/${level}/002`)!);
      bundle.files.set(`tile/${level}/002.p/8`, shorter.files.get(`tile/${level}/002.p/8`)!);
    }
    expect(codesOf(await verified(bundle.writeManifest()))).toEqual([]);
  });

  it('does not say of files that nobody read that they are those of the manifest', async () => {
    const bundle = new MemoryBundle(ENTRIES).sign(LOG_SIGNER, 2 ** 50);
    const found = await verified(bundle.writeManifest());
    expect(claimsOf(found)).not.toContain('manifest');
    expect(codesOf(found)).toEqual(['entry-missing', 'entry-unproven']);
  });

  it('leaves files that are none of a log alone, and says so', async () => {
    const bundle = new MemoryBundle(ENTRIES);
    for (const path of ['.DS_Store', 'tile/.DS_Store', 'tile/0/002.p/188.part', 'checkpoints/Thumbs.db'])
      bundle.files.set(path, Buffer.from('x'));
    const found = await verified(bundle);
    expect(codesOf(found)).toEqual([]);
    expect(found.report.open).toContain('other-files');
    expect((await verified(new MemoryBundle(ENTRIES))).report.open).not.toContain('other-files');
  });

  it('does not take a receipt about another dossier or operation for one about the entry', async () => {
    const about = { dossierId: 'd1', operation: 'dossier.file' };
    const entry = JSON.parse(ENTRIES[LEAF].toString('utf8')) as object;
    const sealed = Buffer.from(canonicalText({ ...entry, ...about }));
    const bundle = new MemoryBundle(ENTRIES.with(LEAF, sealed));
    const foundFor = (more: Parameters<typeof testReceipt>[1]): Promise<VerifiedBundle> =>
      verified(bundle, { receipt: { name: 'receipt.json', ...testReceipt(leafHash(sealed), more) } });
    for (const more of [about, { ...about, dossierId: null }, {}])
      expect((await foundFor(more)).report.proven).toContainEqual({ code: 'receipt', leaf: LEAF });
    for (const other of [{ dossierId: 'd2' }, { operation: 'dossier.decide' }]) {
      const found = await foundFor({ ...about, ...other });
      expect(found.report.wrong).toEqual([{ code: 'receipt-differs', leaf: LEAF, file: 'receipt.json' }]);
      expect(claimsOf(found)).not.toContain('receipt');
      expect(found.report.open).toContain('receipt-keys');
    }
  });

  it('counts entries without form that it does not name', async () => {
    const junk = Array.from({ length: 300 }, (_, nth) => Buffer.from(`junk ${nth}`));
    const { report } = await verified(new MemoryBundle(junk));
    expect([report.wrong.length, report.wrongCount]).toEqual([100, 300]);
  });
});

describe('what somebody outside speaks for', () => {
  const older = (size: number): { name: string; text: string } => ({
    name: `older-${size}`,
    text: new MemoryBundle(ENTRIES.slice(0, size)).note,
  });
  const bundle = new MemoryBundle(ENTRIES);
  bundle.files.set('checkpoint', Buffer.from(cosigned(bundle.note)));
  bundle.files.set('checkpoints/600', Buffer.from(older(600).text));
  bundle.files.set('checkpoints/700', Buffer.from(bundle.note));
  bundle.writeManifest();

  it.each<[string, Partial<BundleEvidence>, number, string[]]>([
    ['nothing but the folder’s own checkpoints', {}, 0, ['rewritten']],
    ['an older checkpoint', { older: [older(300), older(200)] }, 300, ['rewritten-after']],
    ['one of the same size', { older: [older(SIZE)] }, SIZE, []],
    ['a witness', { witnesses: [parseVerifierKey(WITNESS.vkey)] }, SIZE, []],
  ])('is what %s covers', async (_what, outside, vouched, open) => {
    const { report } = await verified(bundle, outside);
    expect([report.wrong, report.vouched]).toEqual([[], vouched]);
    expect(report.open.filter((code) => code.startsWith('rewritten'))).toEqual(open);
    expect(report.proven.filter(({ code }) => code === 'kept')).toEqual([{ code: 'kept', size: 600 }]);
  });

  it('is nothing when the witness has not signed', async () => {
    const { report } = await verified(new MemoryBundle(ENTRIES), { witnesses: [parseVerifierKey(WITNESS.vkey)] });
    expect(report.open).toContain('rewritten');
  });
});

function spoil(bytes: Buffer): void {
  bytes.writeUInt8(bytes[0] ^ 1, 0);
}
