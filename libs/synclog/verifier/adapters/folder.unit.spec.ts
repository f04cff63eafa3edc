import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { temporaryDir } from '#testing';
import { verifyBundle } from '../app/verify-bundle';
import { MemoryBundle, rangesOfSource, testEntries, testEntry } from '../testing/memory-bundle';
import { folderSource } from './folder-source';
import { writeBundleEntries } from './write-entries';

describe('evidence in a folder', () => {
  const dir = temporaryDir('lienthong-folder-');
  const put = (name: string, bytes: string | Buffer = 'x'): string => {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  };

  it('is its regular files only: a link leads nowhere, and a socket is none', async () => {
    symlinkSync(put('elsewhere'), join(dir, 'key'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, 'checkpoint'), resolve));
    const source = folderSource(dir);
    expect([source.read('key'), source.read('checkpoint')]).toEqual([undefined, undefined]);
    expect(source.list()).toEqual(['elsewhere']);
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ['tile/0/000', 8_192],
    ['tile/entries/000', 256 * 65_537],
    ['checkpoints/1', 1_000_000],
  ])('does not fill the memory with %s, which is larger than any of its kind', (path, most) => {
    truncateSync(put(path), 3_000_000_000);
    expect(folderSource(dir).read(path)!.length).toBe(most + 1);
  });
});

describe('the proven entries of a folder', () => {
  const dir = temporaryDir('lienthong-entries-');

  it('are written when they are still those that were checked', async () => {
    const bundle = new MemoryBundle(testEntries(300));
    const found = { tree: undefined, ...(await verifyBundle(checkOf(bundle))) };
    const file = join(dir, 'entries.jsonl');
    expect(writeBundleEntries(file, bundle, found)).toBe(true);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(301);
    expect(() => writeBundleEntries(file, bundle, found)).toThrow('EEXIST');
  });

  it.each([7, 290])('leave no file when entry %i was changed since', async (leaf) => {
    const bundle = new MemoryBundle(testEntries(300));
    const found = { tree: undefined, ...(await verifyBundle(checkOf(bundle))) };
    bundle.rebundle(Math.floor(leaf / 256), (entries) => entries.with(leaf % 256, testEntry(leaf, 'refused')));
    const file = join(dir, `entries-${leaf}.jsonl`);
    expect(writeBundleEntries(file, bundle, found)).toBe(false);
    expect(existsSync(file)).toBe(false);
  });
});

function checkOf(source: MemoryBundle) {
  return { source, ranges: rangesOfSource(source), older: [], witnesses: [] };
}
