import fc from 'fast-check';
import { assertLaw, LAW_SEED, lawRun } from '#testing';
import { parseVerifierKey } from '../tlog/signed-note';
import { verifyBundle } from './app/verify-bundle';
import { entryAt } from './domain/bundle';
import type { Finding } from './findings';
import { LOG_SIGNER, MemoryBundle, rangesOfSource, testEntries } from './testing/memory-bundle';

const ENTRIES = testEntries(600);
const KEY = parseVerifierKey(LOG_SIGNER.vkey);

/** What is done to a tile or to entries, at a place that is a share of the file. */
const DONE: Readonly<Record<string, (bytes: Buffer, place: number, value: number) => Buffer>> = {
  flip: (bytes, place, value) =>
    Buffer.concat([bytes.subarray(0, place), Buffer.of(bytes[place] ^ value), bytes.subarray(place + 1)]),
  cut: (bytes, place) => bytes.subarray(0, place),
  append: (bytes, _place, value) => Buffer.concat([bytes, Buffer.of(value)]),
  insert: (bytes, place, value) => Buffer.concat([bytes.subarray(0, place), Buffer.of(value), bytes.subarray(place)]),
};

const CHANGE = fc.record({
  file: fc.oneof(fc.nat(), fc.constantFrom('last tile', 'last entries')),
  done: fc.constantFrom(...Object.keys(DONE)),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  value: fc.integer({ min: 1, max: 255 }),
});

/** The edge of the tree is tied in a way of its own: a changed entry there, under a tile that still begins as it was. */
const AT_THE_EDGE = fc.tuple(CHANGE, CHANGE).map(([entry, tile]) => [
  { ...entry, file: 'last entries' },
  { ...tile, file: 'last tile', done: 'append' },
]);

/** One or two changes of a log, in any of its tiles and entries. */
const CHANGED_LOG = fc.record({
  size: fc.integer({ min: 1, max: ENTRIES.length }),
  changes: fc.oneof(
    { arbitrary: fc.array(CHANGE, { minLength: 1, maxLength: 2 }), weight: 4 },
    { arbitrary: AT_THE_EDGE, weight: 1 },
  ),
});

function lastPath(paths: readonly string[], file: string): string {
  const begin = file === 'last tile' ? 'tile/0/' : 'tile/entries/';
  return paths.findLast((path) => path.startsWith(begin))!;
}

function isNamed(findings: readonly Finding[], index: number): boolean {
  return findings.some(({ leaf, lastLeaf = leaf }) => leaf !== undefined && leaf <= index && index <= lastLeaf!);
}

describe(`changed bytes of a log (seed ${LAW_SEED})`, () => {
  it('are found, wherever they are; what is proven is as it was, and what is not is named', async () => {
    await assertLaw(
      'changed bytes of a log are found',
      fc.asyncProperty(CHANGED_LOG, async ({ size, changes }) => {
        const bundle = new MemoryBundle(ENTRIES.slice(0, size));
        const before = new Map(bundle.files);
        const paths = bundle.list().filter((path) => path.startsWith('tile/'));
        for (const { file, done, at, value } of changes) {
          const path = typeof file === 'number' ? paths[file % paths.length] : lastPath(paths, file);
          const bytes = bundle.read(path)!;
          if (bytes.length > 0) bundle.files.set(path, DONE[done](bytes, Math.floor(at * bytes.length), value));
        }
        fc.pre(paths.some((path) => !before.get(path)!.equals(bundle.read(path)!)));
        bundle.writeManifest();
        const evidence = { source: bundle, ranges: rangesOfSource(bundle), key: KEY, older: [], witnesses: [] };
        const { report, proven } = await verifyBundle(evidence);
        expect(report.wrongCount).toBeGreaterThan(0);
        for (let index = 0; index < size; index += 1) {
          const isProven = proven.some(({ leaf, lastLeaf }) => leaf <= index && index <= lastLeaf);
          const isSame = entryAt(bundle, index, size)?.equals(ENTRIES[index]) === true;
          if (isProven) expect([index, isSame]).toEqual([index, true]);
          else expect([index, isNamed(report.wrong, index)]).toEqual([index, true]);
        }
      }),
      lawRun(60, 3_000),
    );
  }, 60_000);
});
