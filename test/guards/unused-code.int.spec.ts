import { TreeCopy } from './support/tree-copy';

const KNIP_DEADLINE_MS = 120_000;

interface Named {
  name: string;
}

/** What the report of knip holds for one file; only what is planted here. */
interface Issues {
  file: string;
  files?: readonly Named[];
  exports?: readonly Named[];
  types?: readonly Named[];
  dependencies?: readonly Named[];
  devDependencies?: readonly Named[];
  unlisted?: readonly Named[];
}

describe('the guard against unused code', () => {
  let tree: TreeCopy;
  let issues: Issues[];
  let code: number | null;

  beforeAll(async () => {
    tree = TreeCopy.make();
    tree.write('libs/delivery/app/planted-alone.ts', 'export const alone = 1;\n');
    tree.edit(
      'libs/delivery/domain/back-off.ts',
      (text) => `${text}\nexport const plantedExport = 1;\nexport interface PlantedType {\n  one: 1;\n}\n`,
    );
    tree.edit('libs/delivery/domain/lease.ts', (text) => `import 'planted-unlisted';\n${text}`);
    tree.edit('package.json', (text) =>
      text
        .replace('"dependencies": {', '"dependencies": {\n    "left-pad": "1.3.0",')
        .replace('"devDependencies": {', '"devDependencies": {\n    "right-pad": "1.0.0",'),
    );
    const run = await tree.run('knip', ['--reporter', 'json']);
    code = run.code;
    issues = (JSON.parse(run.stdout) as { issues: Issues[] }).issues;
  }, KNIP_DEADLINE_MS);
  afterAll(() => tree.remove());

  const namesIn = (kind: Exclude<keyof Issues, 'file'>, file: string): string[] =>
    issues.filter((issue) => issue.file === file).flatMap((issue) => (issue[kind] ?? []).map(({ name }) => name));

  it('is red', () => {
    expect(code).toBe(1);
  });

  it('sees a file that nothing imports', () => {
    expect(namesIn('files', 'libs/delivery/app/planted-alone.ts')).toHaveLength(1);
  });

  it('sees an export and a type that nothing imports', () => {
    expect(namesIn('exports', 'libs/delivery/domain/back-off.ts')).toEqual(['plantedExport']);
    expect(namesIn('types', 'libs/delivery/domain/back-off.ts')).toEqual(['PlantedType']);
  });

  it('sees packages that are listed and not used, and one that is used and not listed', () => {
    expect(namesIn('dependencies', 'package.json')).toEqual(['left-pad']);
    expect(namesIn('devDependencies', 'package.json')).toEqual(['right-pad']);
    expect(namesIn('unlisted', 'libs/delivery/domain/lease.ts')).toEqual(['planted-unlisted']);
  });

  it('sees nothing else: the project itself is clean', () => {
    const planted = [
      'libs/delivery/app/planted-alone.ts',
      'libs/delivery/domain/back-off.ts',
      'libs/delivery/domain/lease.ts',
      'package.json',
    ];
    expect(issues.filter(({ file }) => !planted.includes(file))).toEqual([]);
  });
});
