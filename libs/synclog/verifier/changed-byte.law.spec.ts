import fc from 'fast-check';
import { assertLaw, LAW_SEED, lawRun } from '#testing';
import { parseVerifierKey } from '../tlog/signed-note';
import { parseTilePath, TILE_WIDTH } from '../tlog/tiles';
import { verifyBundle } from './app/verify-bundle';
import { forEachEntry } from './domain/bundle';
import type { Finding } from './findings';
import { LOG_SIGNER, MemoryBundle, rangesOfSource, testEntries } from './testing/memory-bundle';

const ENTRIES = testEntries(600);
const KEY = parseVerifierKey(LOG_SIGNER.vkey);

/** Any byte of any tile or entry of a log. */
const CHANGE = fc.record({
  size: fc.integer({ min: 1, max: ENTRIES.length }),
  file: fc.nat(),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  flip: fc.integer({ min: 1, max: 255 }),
});

/** The entry whose length or bytes stand at a place of its bundle. */
function leafAt(path: string, bundle: Buffer, place: number): number {
  let found = 0;
  forEachEntry(bundle, (nth, entry) => {
    if (entry.byteOffset - bundle.byteOffset - 2 <= place) found = nth;
  });
  return parseTilePath(path)!.index * TILE_WIDTH + found;
}

function isNamed(findings: readonly Finding[], index: number): boolean {
  return findings.some(({ leaf, lastLeaf = leaf }) => leaf !== undefined && leaf <= index && index <= lastLeaf!);
}

describe(`a changed byte of a log (seed ${LAW_SEED})`, () => {
  it('is found, wherever it is, and the entry that it belongs to is named', async () => {
    await assertLaw(
      'a changed byte of a log is found',
      fc.asyncProperty(CHANGE, async ({ size, file, at, flip }) => {
        const bundle = new MemoryBundle(ENTRIES.slice(0, size));
        const paths = bundle.list().filter((path) => path.startsWith('tile/'));
        const path = paths[file % paths.length];
        const whole = bundle.read(path)!;
        const place = Math.floor(at * whole.length);
        bundle.change(path, (bytes) => bytes.writeUInt8(bytes[place] ^ flip, place)).writeManifest();
        const evidence = { source: bundle, ranges: rangesOfSource(bundle), key: KEY, older: [], witnesses: [] };
        const { report, proven } = await verifyBundle(evidence);
        expect(report.wrongCount).toBeGreaterThan(0);
        if (!path.startsWith('tile/entries/')) return;
        const index = leafAt(path, whole, place);
        expect(isNamed(report.wrong, index)).toBe(true);
        expect(proven.some(({ leaf, lastLeaf }) => leaf <= index && index <= lastLeaf)).toBe(false);
      }),
      lawRun(60, 3_000),
    );
  }, 60_000);
});
