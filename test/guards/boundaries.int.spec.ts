import { TreeCopy } from './support/tree-copy';

const CRUISE_DEADLINE_MS = 180_000;
const FOLDERS = ['apps', 'libs', 'test', 'bench'];

/** Rule, the file that breaks it, and what that file holds. */
const PLANTS: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['no-circular', 'libs/delivery/app/planted-a.ts', "export { b } from './planted-b';\nexport const a = 1;\n"],
  ['imports-resolve', 'libs/delivery/app/planted-lost.ts', "import './nowhere';\n"],
  ['domain-is-pure', 'libs/dossier/domain/planted-framework.ts', "import '@nestjs/common';\n"],
  ['domain-is-pure', 'libs/dossier/domain/planted-package.ts', "import 'uuidv7';\n"],
  ['domain-is-pure', 'libs/dossier/domain/planted-layer.ts', "import '../adapters/dossier-store';\n"],
  ['domain-touches-no-machine', 'libs/dossier/domain/planted-file.ts', "import 'node:fs';\n"],
  ['libraries-do-not-import-apps', 'libs/intake/app/planted-app.ts', "import '../../../apps/gateway/parts';\n"],
  ['libraries-meet-at-their-index', 'libs/intake/app/planted-inside.ts', "import '../../delivery/app/claim-lanes';\n"],
  [
    'libraries-meet-at-their-index',
    'apps/gateway/planted-inside.ts',
    "import '../../libs/delivery/app/claim-lanes';\n",
  ],
  ['libraries-meet-at-their-index', 'apps/gateway/planted-driver.ts', "import '../../libs/bus/adapters/create-bus';\n"],
  ['verifier-stands-alone', 'libs/synclog/verifier/app/planted-platform.ts', "import '#platform';\n"],
  ['verifier-stands-alone', 'libs/synclog/verifier/app/planted-package.ts', "import 'uuidv7';\n"],
  ['simulators-are-independent', 'apps/simulators/dvclt/planted-shared.ts', "import '#dossier';\n"],
  ['partners-stay-at-the-edge', 'libs/delivery/app/planted-partner.ts', "import '#partners';\n"],
  ['platform-knows-nobody', 'libs/platform/app/planted-above.ts', "import '#dossier';\n"],
  ['tests-stay-out-of-the-product', 'libs/delivery/app/planted-testing.ts', "import '#testing';\n"],
  [
    'tests-stay-out-of-the-product',
    'apps/worker/planted-testing.ts',
    "import '../../libs/delivery/testing/delivery-bench';\n",
  ],
  ['kafkajs-in-one-place', 'libs/delivery/app/planted-kafka.ts', "import 'kafkajs';\n"],
  ['axios-in-one-place', 'libs/partners/dvclt/planted-axios.ts', "import 'axios';\n"],
  [
    'typeorm-in-one-place',
    'apps/gateway/planted-typeorm.ts',
    "import type { DataSource } from 'typeorm';\nexport type Planted = DataSource;\n",
  ],
  [
    'pg-in-one-place',
    'libs/intake/adapters/planted-pg.ts',
    "import { Client } from 'pg';\nexport const planted = Client;\n",
  ],
];

interface Violation {
  rule: { name: string };
  from: string;
}

describe('the boundaries', () => {
  let tree: TreeCopy;
  const cruise = (): ReturnType<TreeCopy['run']> =>
    tree.run('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...FOLDERS]);
  const violationsOf = (report: string): string[] =>
    (JSON.parse(report) as { summary: { violations: Violation[] } }).summary.violations.map(
      ({ rule, from }) => `${rule.name}: ${from}`,
    );

  let clean: string[];
  let broken: string[];
  let code: number | null;
  beforeAll(async () => {
    tree = TreeCopy.make();
    clean = violationsOf((await cruise()).stdout);
    tree.write('libs/delivery/app/planted-b.ts', "export { a } from './planted-a';\nexport const b = 1;\n");
    for (const [, path, text] of PLANTS) tree.write(path, text);
    broken = violationsOf((await cruise()).stdout);
    code = (await tree.run('depcruise', ['--config', '.dependency-cruiser.cjs', 'libs/delivery'])).code;
  }, CRUISE_DEADLINE_MS);
  afterAll(() => tree.remove());

  it('are kept by the project as it is', () => {
    expect(clean).toEqual([]);
  });

  it('end with an exit code that a runner sees', () => {
    expect(code).toBeGreaterThan(0);
  });

  it.each(PLANTS.map(([rule, path]) => [rule, path]))('see %s broken by %s', (rule, path) => {
    expect(broken).toContain(`${rule}: ${path}`);
  });

  it('have no rule that these plants do not break', async () => {
    const { stdout } = await tree.run('node', [
      '--print',
      "JSON.stringify(require('./.dependency-cruiser.cjs').forbidden.map((rule) => rule.name))",
    ]);
    expect([...new Set(PLANTS.map(([rule]) => rule))].sort()).toEqual((JSON.parse(stdout) as string[]).sort());
  });
});
