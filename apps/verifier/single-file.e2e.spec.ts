import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDir } from '#testing';
import { LOG_SIGNER, MemoryBundle, testEntries, testEntry } from '../../libs/synclog/verifier/testing/memory-bundle';

/** Made by the build; `npm test` builds first. */
const BUILT = join(process.env.LIENTHONG_DIST ?? join(__dirname, '../../dist'), 'lienthong-verify.mjs');
/** Enough for the program to work in threads. */
const SIZE = 26_000;
const CHANGED = 20_007;

interface End {
  code: number;
  said: string;
}

describe('the offline verifier as one file', () => {
  const dir = temporaryDir('lienthong-single-file-');
  const program = join(dir, 'verify.mjs');

  /** With nothing of the project in reach. */
  function run(...args: string[]): Promise<End> {
    const env = { PATH: process.env.PATH, LANG: 'vi_VN.UTF-8' };
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { cwd: dir, env }, (error, said) =>
        resolve({ code: error === null ? 0 : Number(error.code), said }),
      );
    });
  }
  function put(name: string, bundle: MemoryBundle): string {
    for (const [path, bytes] of bundle.files) {
      const file = join(dir, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    return join(dir, name);
  }

  beforeAll(() => copyFileSync(BUILT, program));

  it('imports nothing but what Node has', () => {
    const text = readFileSync(program, 'utf8');
    const imported = [...text.matchAll(/^import\b[^;]*?["']([^"']+)["'];$/gm)].map(([, name]) => name);
    expect(imported).toContain('node:crypto');
    expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
    expect(text).not.toMatch(/\brequire\(|\bimport\(/);
  });

  it('proves a log, in threads, and speaks the language of its reader', async () => {
    const log = put('log', new MemoryBundle(testEntries(SIZE)));
    const { code, said } = await run(log, '--key', LOG_SIGNER.vkey);
    expect(said).toContain(`${SIZE} mục còn nguyên như khi được niêm phong`);
    expect(code).toBe(0);
  }, 60_000);

  it('names the entry of a large log that was changed', async () => {
    const bundle = new MemoryBundle(testEntries(SIZE));
    const [tile, nth] = [Math.floor(CHANGED / 256), CHANGED % 256];
    bundle.rebundle(tile, (entries) => entries.toSpliced(nth, 1, testEntry(CHANGED, 'refused'))).writeManifest();
    const { code, said } = await run(put('changed', bundle), '--key', LOG_SIGNER.vkey, '--json');
    expect(code).toBe(1);
    expect((JSON.parse(said) as { wrong: object[] }).wrong).toEqual([
      { code: 'entry-changed', leaf: CHANGED, lastLeaf: CHANGED },
    ]);
  }, 60_000);

  it('ends with 3 when the key came with the log', async () => {
    expect((await run(put('own-key', new MemoryBundle(testEntries(10))))).code).toBe(3);
  });

  it('says which Node it needs, instead of ending as if something were wrong', async () => {
    const old = join(dir, 'old-node.cjs');
    writeFileSync(old, "Object.defineProperty(process, 'version', { value: 'v18.20.0' });\n");
    const launcher = join(__dirname, '../../bin/lienthong-verify.js');
    const ended = await new Promise<{ code: unknown; complained: string }>((resolve) => {
      execFile(process.execPath, ['--require', old, launcher], (error, _said, complained) =>
        resolve({ code: error?.code, complained }),
      );
    });
    expect(ended).toEqual({ code: 2, complained: expect.stringContaining('Node.js 20.12') as string });
  });

  it('ends with 2 for what it cannot read', async () => {
    expect(await run(join(dir, 'nowhere'))).toEqual({ code: 2, said: '' });
  });
});
