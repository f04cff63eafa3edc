import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseVerifierKey } from '../tlog/signed-note';
import { leafHash } from '../tlog/tree-hash';
import { verifyBundle, type BundleEvidence } from './app/verify-bundle';
import { FINDING_CODES, type Report } from './findings';
import { cosigned, LOG_SIGNER, MemoryBundle, rangesOfSource, testEntries, WITNESS } from './testing/memory-bundle';
import { testReceipt } from './testing/test-receipt';
import { OLDER_SIZE, RECEIPT_LEAF, SIZE, TAMPERINGS, type Tampering } from './testing/tamperings';

const ENTRIES = testEntries(SIZE);

function bundleOf(size = SIZE): MemoryBundle {
  const bundle = new MemoryBundle(ENTRIES.slice(0, size));
  bundle.files.set('checkpoint', Buffer.from(cosigned(bundle.note)));
  return bundle.writeManifest();
}

const OUTSIDE: Record<'older' | 'witness' | 'receipt', Partial<BundleEvidence>> = {
  older: { older: [{ name: 'older', text: bundleOf(OLDER_SIZE).note }] },
  witness: { witnesses: [parseVerifierKey(WITNESS.vkey)] },
  receipt: { receipt: { name: 'receipt.json', ...testReceipt(leafHash(ENTRIES[RECEIPT_LEAF])) } },
};

async function reportOf(source: MemoryBundle, outside: Partial<BundleEvidence> = {}): Promise<Report> {
  const key = parseVerifierKey(LOG_SIGNER.vkey);
  const evidence = { source, ranges: rangesOfSource(source), key, older: [], witnesses: [], ...outside };
  return (await verifyBundle(evidence)).report;
}

const codesOf = ({ wrong }: Report): string[] => [...new Set(wrong.map(({ code }) => code))].sort();
const claimsOf = ({ proven }: Report): string[] => proven.map(({ code }) => code);
const tampered = ({ tamper }: Tampering): MemoryBundle => {
  const bundle = bundleOf();
  tamper(bundle);
  return bundle.writeManifest();
};

describe('a log that nobody tampered with', () => {
  it.each([0, 1, 255, 256, 257, SIZE])('of %i entries is proven', async (size) => {
    const report = await reportOf(bundleOf(size));
    expect(report.wrong).toEqual([]);
    expect(claimsOf(report)).toEqual(
      expect.arrayContaining(['key', 'signature', 'tree', 'manifest', ...(size > 0 ? ['entries'] : [])]),
    );
  });

  it('is proven against all evidence from outside', async () => {
    const report = await reportOf(bundleOf(), { ...OUTSIDE.older, ...OUTSIDE.witness, ...OUTSIDE.receipt });
    expect(report.wrong).toEqual([]);
    expect(claimsOf(report)).toEqual(expect.arrayContaining(['older', 'witness', 'receipt-signature', 'receipt']));
    expect(report.proven).toContainEqual({ code: 'receipt', leaf: RECEIPT_LEAF });
    expect(report.proven).toContainEqual(
      expect.objectContaining({ code: 'entries', count: SIZE, last: SIZE - 1, firstAt: '2026-03-02T02:00:00.000Z' }),
    );
    expect(report.open).toEqual(['before-sealing', 'truth', 'after-checkpoint', 'receipt-keys', 'receipt-body']);
    expect(report.vouched).toBe(SIZE);
  });
});

describe('twenty kinds of tampering', () => {
  it('are twenty, of which fourteen need no key of the log', () => {
    expect(new Set(TAMPERINGS.map(({ name }) => name)).size).toBe(20);
    expect(TAMPERINGS.map(({ needsKey }) => needsKey).indexOf(true)).toBe(14);
  });

  it.each(TAMPERINGS.map((one) => [one.name, one] as const))(
    '%s is found by the bundle alone or is sound',
    async (_name, one) => {
      const report = await reportOf(tampered(one));
      expect(codesOf(report)).toEqual([...one.alone].sort());
      const named = report.wrong.flatMap(({ leaf, lastLeaf }) =>
        leaf === undefined ? [] : [[leaf, lastLeaf ?? leaf]],
      );
      expect(named).toEqual(one.leaves ?? []);
    },
  );

  it.each(TAMPERINGS.map((one) => [one.name, one] as const))(
    '%s is found by what was kept outside',
    async (_name, one) => {
      const alone = new Set<string>(one.alone);
      for (const kind of ['older', 'witness', 'receipt'] as const) {
        const codes = codesOf(await reportOf(tampered(one), OUTSIDE[kind])).filter((code) => !alone.has(code));
        expect({ kind, codes }).toEqual({ kind, codes: [...one[kind]].sort() });
      }
    },
  );

  it('are each found by something', () => {
    for (const one of TAMPERINGS)
      expect([...one.alone, ...one.older, ...one.witness, ...one.receipt].length).toBeGreaterThan(0);
  });
});

describe('the page about tampering', () => {
  const page = readFileSync(join(__dirname, '../../../docs/reference/tampering.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  const shown = (codes: readonly string[]): string =>
    codes.length === 0 ? '–' : codes.map((code) => `\`${code}\``).join(', ');

  it('names each kind, what is done and what finds it', () => {
    const expected = TAMPERINGS.map(({ name, what, alone, older, witness, receipt }) => [
      `\`${name}\``,
      what,
      ...[alone, older, witness, receipt].map(shown),
    ]);
    const found = new Map(rows.filter((row) => row.length === 6).map((row) => [row[0], row] as const));
    expect([...found.values()]).toHaveLength(expected.length);
    expect(expected.map(([name]) => found.get(name))).toEqual(expected);
  });

  it('names each code', () => {
    const named = rows.filter((row) => row.length === 2).map(([code]) => code.replaceAll('`', ''));
    expect(named).toEqual([...FINDING_CODES]);
  });
});
