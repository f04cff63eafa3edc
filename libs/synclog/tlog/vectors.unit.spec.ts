import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointText, parseCheckpoint } from './checkpoint';
import { entriesOf, entryBundle } from './entry-bundle';
import { consistencyRanges, inclusionRanges, isConsistent, isIncluded, type EntryRange } from './proofs';
import { ed25519FromSeed, isSignedBy, noteSigner, parseNote, parseVerifierKey, signNote } from './signed-note';
import { hashesAt, parseTilePath, rootOfEdge, TILE_WIDTH, tilePath } from './tiles';
import { leafHash, rootOf } from './tree-hash';

interface Vectors {
  leaves: { leafHex: string; leafHash: string }[];
  roots: Record<string, string>;
  inclusion: { index: number; size: number; proof: string[] }[];
  consistency: { old: number; new: number; proof: string[] }[];
  entryBundleOfSize3: string;
  level0TileOfSize3: string;
  level1TileOfSize1000: string;
  logSeed: string;
  logVkey: string;
  checkpointOfSize1000: string;
  witnessVkey: string;
}

/** Computed by two independent libraries that had to agree (reference tlog-format.md §11). */
const VECTORS = JSON.parse(readFileSync(join(__dirname, 'testing/tlog-vectors.json'), 'utf8')) as Vectors;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');
const leaves = Array.from({ length: 1_000 }, (_, index) => leafHash(Buffer.from(String(index))));
const rootOfRange = ({ from, to }: EntryRange): string => hex(rootOf(leaves.slice(from, to)));
const headOf = (size: number) => ({ size, root: rootOf(leaves.slice(0, size)) });

/** The partial tiles of a tree, made from all of its leaves. */
function edgeOf(size: number): Buffer[] {
  const edge: Buffer[] = [];
  for (let level = 0; hashesAt(level, size) > 0; level += 1) {
    const count = hashesAt(level, size);
    const span = TILE_WIDTH ** level;
    const from = count - (count % TILE_WIDTH);
    const hashes = Array.from({ length: count - from }, (_, at) =>
      rootOf(leaves.slice((from + at) * span, (from + at + 1) * span)),
    );
    edge.push(Buffer.concat(hashes));
  }
  return edge;
}

describe('the tree', () => {
  it.each(VECTORS.leaves)('hashes leaf "$leafHex"', ({ leafHex, leafHash: expected }) => {
    expect(hex(leafHash(bytes(leafHex)))).toBe(expected);
  });

  it.each(Object.entries(VECTORS.roots))('of %s entries has its root, also from its right edge', (size, expected) => {
    expect(hex(headOf(Number(size)).root)).toBe(expected);
    expect(hex(rootOfEdge(edgeOf(Number(size))))).toBe(expected);
  });

  it('has its root from the right edge at every size', () => {
    for (let size = 0; size <= 600; size += 1) expect(hex(rootOfEdge(edgeOf(size)))).toBe(hex(headOf(size).root));
  });
});

describe('proofs', () => {
  it.each(VECTORS.inclusion)('of entry $index in $size', ({ index, size, proof }) => {
    expect(inclusionRanges(index, size).map(rootOfRange)).toEqual(proof);
    const parts = proof.map(bytes);
    const { root } = headOf(size);
    expect(isIncluded(leaves[index], { index, size, proof: parts }, root)).toBe(true);
    expect(isIncluded(leaves[index], { index, size, proof: [...parts, root] }, root)).toBe(false);
    expect(isIncluded(leaves[index], { index, size, proof: parts.slice(1) }, root)).toBe(proof.length === 0);
    expect(isIncluded(leaves[(index + 1) % 1_000], { index, size, proof: parts }, root)).toBe(false);
    expect(isIncluded(leaves[index], { index: size, size, proof: parts }, root)).toBe(false);
  });

  it.each(VECTORS.consistency)('that $old entries are the begin of $new', ({ old, new: size, proof }) => {
    expect(consistencyRanges(old, size).map(rootOfRange)).toEqual(proof);
    const parts = proof.map(bytes);
    expect(isConsistent(headOf(old), headOf(size), parts)).toBe(true);
    expect(isConsistent({ size: old, root: headOf(old + 1).root }, headOf(size), parts)).toBe(false);
    expect(isConsistent(headOf(old), { size, root: headOf(size - 1).root }, parts)).toBe(false);
    expect(isConsistent(headOf(old), headOf(size), [...parts, headOf(1).root])).toBe(false);
  });

  it('of every entry and between all sizes up to 40 hold, and those of others do not', () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionRanges(index, size).map((range) => bytes(rootOfRange(range)));
        expect(isIncluded(leaves[index], { index, size, proof }, headOf(size).root)).toBe(true);
        expect(isIncluded(leaves[index], { index: (index + 1) % (size + 1), size, proof }, headOf(size).root)).toBe(
          false,
        );
      }
      for (let old = 0; old <= size; old += 1) {
        const proof = consistencyRanges(old, size).map((range) => bytes(rootOfRange(range)));
        expect(isConsistent(headOf(old), headOf(size), proof)).toBe(true);
        expect(isConsistent(headOf(size), headOf(old), proof)).toBe(old === size);
      }
    }
  });

  it('refuse what no tree has', () => {
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError);
  });
});

describe('tiles and bundles', () => {
  it('stand at their paths', () => {
    const names = [
      ['tile/0/000.p/1', 0, 0, 1],
      ['tile/0/255', 0, 255, 256],
      ['tile/1/x001/000', 1, 1_000, 256],
      ['tile/entries/x001/x234/067.p/255', 'entries', 1_234_067, 255],
    ] as const;
    for (const [path, level, index, width] of names) {
      expect(tilePath({ level, index, width })).toBe(path);
      expect(parseTilePath(path)).toEqual({ level, index, width });
    }
  });

  it.each([
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/000',
    'tile/0/1000',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/data/000',
    'tile/0/000/',
  ])('%s is no path', (path) => expect(parseTilePath(path)).toBeUndefined());

  it('of the vectors', () => {
    expect(hex(entryBundle(['0', '1', '2'].map((text) => Buffer.from(text))))).toBe(VECTORS.entryBundleOfSize3);
    expect(hex(Buffer.concat(leaves.slice(0, 3)))).toBe(VECTORS.level0TileOfSize3);
    expect(hex(edgeOf(1_000)[1])).toBe(VECTORS.level1TileOfSize1000);
    expect(entriesOf(bytes(VECTORS.entryBundleOfSize3)).map(String)).toEqual(['0', '1', '2']);
    expect(() => entriesOf(bytes(VECTORS.entryBundleOfSize3).subarray(0, -1))).toThrow(RangeError);
  });
});

describe('checkpoints', () => {
  const signer = noteSigner('lienthong.example/synclog', ed25519FromSeed(bytes(VECTORS.logSeed)));
  const known = parseVerifierKey(VECTORS.logVkey);
  const head = { origin: 'lienthong.example/synclog', ...headOf(1_000) };

  it('are signed byte for byte as in the vectors', () => {
    expect(signer.vkey).toBe(VECTORS.logVkey);
    expect(signNote(checkpointText(head), signer)).toBe(VECTORS.checkpointOfSize1000);
  });

  it('are read, and hold when the known key signed them', () => {
    const note = parseNote(VECTORS.checkpointOfSize1000);
    expect(isSignedBy(note, known)).toBe(true);
    expect(parseCheckpoint(note.text)).toEqual(head);
    expect(isSignedBy(note, parseVerifierKey(VECTORS.witnessVkey))).toBe(false);
    const changed = parseNote(VECTORS.checkpointOfSize1000.replace('1000\n', '1001\n'));
    expect(isSignedBy(changed, known)).toBe(false);
  });

  it.each([
    ['no signature', 'lienthong.example/synclog\n1000\nY4r6mAIpJbrP3a2xXvIv0BmcGsmcKXO2FYJD0T/OBcI=\n'],
    ['no end of line', VECTORS.checkpointOfSize1000.slice(0, -1)],
    ['a carriage return', VECTORS.checkpointOfSize1000.replaceAll('\n', '\r\n')],
    ['another dash', VECTORS.checkpointOfSize1000.replace('—', '-')],
  ])('with %s are no note', (_what, note) => expect(() => parseNote(note)).toThrow(TypeError));

  it.each([
    ['a size with a zero in front', 'o\n01\nY4r6mAIpJbrP3a2xXvIv0BmcGsmcKXO2FYJD0T/OBcI=\n'],
    ['a short root', 'o\n1\nY4r6\n'],
    ['no origin', '\n1\nY4r6mAIpJbrP3a2xXvIv0BmcGsmcKXO2FYJD0T/OBcI=\n'],
  ])('with %s are none', (_what, text) => expect(() => parseCheckpoint(text)).toThrow(TypeError));

  it.each([
    ['another id', VECTORS.logVkey.replace('75205df1', '75205df2')],
    ['an unknown type', 'x+00000000+Ag=='],
    ['no key', 'lienthong.example/synclog'],
  ])('a verifier key with %s is refused', (_what, vkey) => expect(() => parseVerifierKey(vkey)).toThrow(TypeError));
});
