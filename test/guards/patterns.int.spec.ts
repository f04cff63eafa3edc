import { TreeCopy } from './support/tree-copy';

const DEADLINE_MS = 120_000;
const PLANTED = 'libs/platform/domain/planted-pattern.ts';

describe('the guard against patterns that a long text holds up', () => {
  let tree: TreeCopy;
  beforeAll(() => {
    tree = TreeCopy.make();
  });
  afterAll(() => tree.remove());
  const check = (text: string) => {
    tree.write(PLANTED, text);
    return tree.run('node', ['scripts/check-patterns.mjs', PLANTED]);
  };

  it.each([
    [String.raw`/^(a+)+$/`, 'exponential'],
    [String.raw`/(a|aa)*b/`, 'exponential'],
    [String.raw`/T.*Z$/`, '2nd degree polynomial'],
    [String.raw`/\s*,\s*$/u`, '2nd degree polynomial'],
  ])(
    'tells of %s, with the file',
    async (pattern, why) => {
      const { code, output } = await check(`export const planted = ${pattern};\n`);
      expect(output).toContain(`${PLANTED}: ${pattern} may take ${why}`);
      expect(code).toBe(1);
    },
    DEADLINE_MS,
  );

  it(
    'takes what is linear, and no division for a pattern',
    async () => {
      const { code, output } = await check(
        'export const planted = /^\\d{4}-\\d\\d$/.test("x") ? 1 / 2 / 3 : /[a-z]+/g; // /(a+)+$/\n',
      );
      expect(output).toContain('2 patterns, 0 of them not proved');
      expect(code).toBe(0);
    },
    DEADLINE_MS,
  );
});
