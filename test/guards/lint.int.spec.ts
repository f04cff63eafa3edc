import { LINT_PLANTS } from './support/lint-plants';
import { TreeCopy } from './support/tree-copy';

const LINT_DEADLINE_MS = 240_000;

interface Message {
  ruleId: string | null;
  message: string;
  line: number;
}

interface Finding {
  rule: string;
  message: string;
}

/** Findings per file; a directive that silences nothing has no rule id. */
function findingsOf(report: string, dir: string): Map<string, Finding[]> {
  const files = JSON.parse(report) as { filePath: string; messages: Message[] }[];
  return new Map(
    files.map(({ filePath, messages }) => [
      filePath.slice(dir.length + 1),
      messages.map(({ ruleId, message }) => ({
        rule: ruleId ?? (message.startsWith('Unused eslint-disable') ? 'unused-directive' : message),
        message,
      })),
    ]),
  );
}

describe('the lint', () => {
  let tree: TreeCopy;
  let findings: Map<string, Finding[]>;
  let code: number | null;
  const untouched = [
    'libs/delivery/domain/decide-next.ts',
    'libs/platform/adapters/system-clock.ts',
    'scripts/check-sizes.mjs',
  ];

  beforeAll(async () => {
    tree = TreeCopy.make();
    for (const { path, text } of LINT_PLANTS) tree.write(path, text);
    const run = await tree.run('eslint', ['--format', 'json', ...LINT_PLANTS.map(({ path }) => path), ...untouched]);
    code = run.code;
    findings = findingsOf(run.stdout, tree.dir);
  }, LINT_DEADLINE_MS);
  afterAll(() => tree.remove());

  it('is red when one file breaks a rule', () => {
    expect(code).toBe(1);
  });

  it.each(LINT_PLANTS.flatMap(({ path, breaks }) => breaks.map(([rule, message = '']) => [rule, message, path])))(
    'sees %s %s in %s',
    (rule, message, path) => {
      expect(findings.get(path)).toContainEqual({ rule, message: expect.stringContaining(message) });
    },
  );

  it('sees each way to read the clock or the dice in a domain, and allows a date that is given', () => {
    const impure = findings.get('libs/delivery/domain/planted-impure.ts') ?? [];
    expect(impure.filter(({ message }) => message.includes('the clock'))).toHaveLength(2);
    expect(impure.filter(({ message }) => message.includes('randomness'))).toHaveLength(2);
  });

  it('says nothing of files that keep the rules, the clock outside domain/ among them', () => {
    expect(untouched.map((path) => findings.get(path))).toEqual(untouched.map(() => []));
  });

  it('has no rule of ours that these plants do not break', async () => {
    const { stdout } = await tree.run('node', ['--input-type=module', '--eval', OWN_RULES]);
    const broken = new Set(LINT_PLANTS.flatMap(({ breaks }) => breaks.map(([rule]) => rule)));
    const own = JSON.parse(stdout) as string[];
    expect(own).toContain('complexity');
    expect(own.filter((rule) => !broken.has(rule))).toEqual([]);
  });
});

/** Names of the rules that our own blocks switch on; the blocks of a preset have a name. */
const OWN_RULES = `
import config from './eslint.config.mjs';
const isOn = (setting) => [setting].flat()[0] === 'error';
const own = config.filter((block) => !block.name).flatMap((block) => Object.entries(block.rules ?? {}));
console.log(JSON.stringify([...new Set(own.filter(([, setting]) => isOn(setting)).map(([rule]) => rule))]));
`;
