import { TreeCopy, type GuardRun } from './support/tree-copy';

const CHECK_DEADLINE_MS = 120_000;
const CLEAN = 'libs/platform/domain/ids.ts';
const UGLY = 'libs/platform/domain/planted-ugly.ts';

describe('npm run check', () => {
  let tree: TreeCopy;
  const check = (guards: readonly string[], paths: readonly string[] = []): Promise<GuardRun> =>
    tree.run('node', ['scripts/check.mjs', ...guards.flatMap((name) => ['--guard', name]), ...paths]);

  beforeAll(() => {
    tree = TreeCopy.make();
  });
  afterAll(() => tree.remove());

  it(
    'is green, and says so, where format and sizes are right',
    async () => {
      const { code, output } = await check(['format', 'file sizes'], [CLEAN]);
      expect(output).toMatch(/^ok {2}format /m);
      expect(output).toMatch(/^ok {2}file sizes /m);
      expect(output).toMatch(/^check: all green$/m);
      expect(code).toBe(0);
    },
    CHECK_DEADLINE_MS,
  );

  it(
    'is red, and names guards and files, where a file is not formatted and another has 501 lines',
    async () => {
      tree.write(UGLY, 'export const  ugly = "x"\n');
      tree.write('libs/platform/domain/planted-long.ts', '// line\n'.repeat(501));
      tree.write('config/planted-just-right.yaml', 'a: 1\n'.repeat(500));
      const { code, output } = await check(['format', 'file sizes'], [CLEAN, UGLY]);
      expect(output).toMatch(/^RED format /m);
      expect(output).toContain(UGLY);
      expect(output).not.toContain(CLEAN);
      expect(output).toContain('libs/platform/domain/planted-long.ts: 501 lines, at most 500');
      expect(output).not.toContain('planted-just-right');
      expect(output).toMatch(/^check: red: (format, file sizes|file sizes, format)$/m);
      expect(code).toBe(1);
    },
    CHECK_DEADLINE_MS,
  );

  it(
    'is red when a tool cannot even be started',
    async () => {
      tree.edit('scripts/check.mjs', (text) => text.replace("bin('knip')", "bin('no-such-tool')"));
      const { code, output } = await check(['unused code']);
      expect(output).toMatch(/^check: red: unused code$/m);
      expect(code).toBe(1);
    },
    CHECK_DEADLINE_MS,
  );

  it(
    'refuses a guard that it does not have, instead of running none',
    async () => {
      const { code, output } = await check(['sizes']);
      expect(output).toContain('There is no guard sizes');
      expect(code).toBe(1);
    },
    CHECK_DEADLINE_MS,
  );

  it('runs every guard when it is not told which', () => {
    const names = [...tree.read('scripts/check.mjs').matchAll(/name: '([a-z ]+)'/g)].map(([, name]) => name);
    expect(names.sort()).toEqual([
      'boundaries',
      'file sizes',
      'format',
      'generated artefacts',
      'lint',
      'patterns',
      'unused code',
    ]);
    expect(JSON.parse(tree.read('package.json'))).toMatchObject({ scripts: { check: 'node scripts/check.mjs' } });
  });
});
