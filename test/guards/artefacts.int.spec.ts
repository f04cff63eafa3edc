import { scanTags } from '../../apps/cli/artefacts/quirks/scan-tags';
import { TreeCopy, type GuardRun } from './support/tree-copy';

const GENERATE_DEADLINE_MS = 180_000;
const EVENT = 'docs/reference/events/vn.lienthong.dossier.received.v1.schema.json';
const OTHER_EVENT = 'docs/reference/events/vn.lienthong.dossier.refused.v1.schema.json';
const OLD_EVENT = 'docs/reference/events/vn.lienthong.dossier.forgotten.v1.schema.json';
const EDITED = [
  'docs/reference/openapi.json',
  'docs/reference/asyncapi.yaml',
  'docs/reference/configuration.md',
  'docs/reference/violations.md',
  'docs/reference/schema.sql',
  'docs/reference/quirks.md',
  EVENT,
];

describe('the guard against stale artefacts', () => {
  let tree: TreeCopy;
  const artefacts = (...args: string[]): Promise<GuardRun> =>
    tree.run('node', ['dist/apps/cli/artefacts/main.js', ...args]);

  beforeAll(() => {
    tree = TreeCopy.make();
    tree.addBuiltProgram();
  });
  afterAll(() => tree.remove());

  it(
    'is green on the project as it is',
    async () => {
      expect(await artefacts('--check')).toMatchObject({ code: 0, output: '' });
    },
    GENERATE_DEADLINE_MS,
  );

  it(
    'is red and names each artefact that was edited, is missing, or is no longer generated; generating makes it green again',
    async () => {
      // From a fresh state, whatever the project's is: that is the other test's.
      expect((await artefacts()).code).toBe(0);
      const before = EDITED.map((path) => tree.read(path));
      for (const path of EDITED) tree.edit(path, (text) => text.replace(/[a-z]/, '_'));
      tree.delete(OTHER_EVENT);
      tree.write(OLD_EVENT, '{}\n');
      const { code, output } = await artefacts('--check');
      expect(output.match(/^stale: .*$/gm)?.sort()).toEqual(
        [...EDITED, OTHER_EVENT].map((path) => `stale: ${path}`).sort(),
      );
      expect(output).toContain(`no longer generated: ${OLD_EVENT}`);
      expect(code).toBe(1);
      expect((await artefacts()).code).toBe(0);
      expect(EDITED.map((path) => tree.read(path))).toEqual(before);
      expect(await artefacts('--check')).toMatchObject({ code: 0, output: '' });
    },
    GENERATE_DEADLINE_MS,
  );

  it(
    'is red when no test shows how a quirk of ours is met, or a test names one that is none',
    async () => {
      const files = [
        ...new Set(scanTags(tree.dir).flatMap(({ file, quirks }) => (quirks.includes('Q33') ? [file] : []))),
      ];
      expect(files.length).toBeGreaterThan(0);
      const before = files.map((file) => tree.read(file));
      for (const file of files) tree.edit(file, (text) => text.replaceAll('Q33', 'Q99'));
      const { code, output } = await artefacts('--check');
      expect(output).toContain('quirks: no test shows how Q33 is met');
      expect(output).toContain(`quirks: ${files[0]}: "`);
      expect(output).toContain('names Q99, which is none');
      expect(code).toBe(1);
      for (const [at, file] of files.entries()) tree.write(file, before[at] ?? '');
    },
    GENERATE_DEADLINE_MS,
  );
});
