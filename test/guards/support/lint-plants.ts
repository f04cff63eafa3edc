/** One file that breaks rules of the lint on purpose. */
export interface LintPlant {
  path: string;
  text: string;
  /** Rule, and a part of its message where one rule has several meanings. */
  breaks: readonly (readonly [rule: string, message?: string])[];
}

// Built in pieces: a search of the tree for these words must not find the guards' own tests.
const FOCUSED = ['it', 'only'].join('.');
const SKIPPED = ['describe', 'skip'].join('.');
const ANYTHING = ['a', 'ny'].join('');
const IGNORED = ['@ts', 'ignore'].join('-');
const UNDONE = ['TO', 'DO'].join('');

const repeated = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** Each planted file stands in a folder of its own kind, with the least that breaks its rules. */
export const LINT_PLANTS: readonly LintPlant[] = [
  {
    path: 'libs/delivery/app/planted-sizes.ts',
    text: [
      `export function branchy(n: number): number {\n${repeated(11, (i) => `  if (n === ${i}) return ${i + 1};`)}\n  return 0;\n}`,
      `export function long(n: number): number {\n  let sum = n;\n${repeated(60, (i) => `  sum += ${i};`)}\n  return sum;\n}`,
      'export function greedy(a: number, b: number, c: number, d: number, e: number): number {\n  return a + b + c + d + e;\n}',
      repeated(500, (i) => `export const planted${i} = ${i};`),
    ].join('\n'),
    breaks: [['complexity'], ['max-lines-per-function'], ['max-params'], ['max-lines']],
  },
  {
    path: 'libs/delivery/app/planted-types.ts',
    text: [
      `export const anything = (value: unknown) => value as ${ANYTHING};`,
      `// ${IGNORED}\nexport const wrong = 1;`,
      'export function forgets(work: () => Promise<void>): void {\n  work();\n}',
      "export function partial(state: 'open' | 'parked'): number {\n  switch (state) {\n    case 'open':\n      return 1;\n  }\n  return 0;\n}",
      'export const shown = (thing: object): string => `${thing}`;',
      'export function leftover(used: number, spare: number): number {\n  return used;\n}',
      `// ${UNDONE} later`,
      '// eslint-disable-next-line no-console\nexport const quiet = 1;',
    ].join('\n'),
    breaks: [
      ['@typescript-eslint/no-explicit-any'],
      ['@typescript-eslint/ban-ts-comment'],
      ['@typescript-eslint/no-floating-promises'],
      ['@typescript-eslint/switch-exhaustiveness-check'],
      ['@typescript-eslint/restrict-template-expressions'],
      ['@typescript-eslint/no-unused-vars'],
      ['no-warning-comments'],
      ['unused-directive'],
    ],
  },
  ...['libs/delivery/app', 'apps/gateway/http', 'apps/worker/roles'].map((folder) => ({
    path: `${folder}/planted-printing.ts`,
    text: "console.log('x');\nprocess.stdout.write('x');\nprocess.stderr.write('x');\n",
    breaks: [['no-console'], ['no-restricted-syntax', 'speak through Log']] as const,
  })),
  {
    path: 'libs/delivery/domain/planted-impure.ts',
    text: [
      "import { randomUUID } from 'node:crypto';",
      'export const stamp = Date.now();',
      'export const now = new Date();',
      'export const chance = Math.random();',
      'export const id = randomUUID();',
      'export const home = process.env.HOME;',
      'export const timer = setTimeout(() => undefined, 1);',
      "export const fixed = new Date('2026-03-02T02:00:00Z');",
    ].join('\n'),
    breaks: [
      ['no-restricted-syntax', 'does not read the clock'],
      ['no-restricted-syntax', 'has no randomness'],
      ['no-restricted-syntax', 'knows no process'],
      ['no-restricted-syntax', 'neither waits nor calls'],
    ],
  },
  {
    path: 'libs/delivery/app/planted.unit.spec.ts',
    text: `${FOCUSED}('runs alone', () => undefined);\n${SKIPPED}('never runs', () => undefined);\nxit('never runs', () => undefined);\njest.retryTimes(3);\n`,
    breaks: [
      ['no-restricted-syntax', 'No .only'],
      ['no-restricted-syntax', 'no excluded tests'],
      ['no-restricted-syntax', 'not run again'],
    ],
  },
  {
    path: 'scripts/planted.mjs',
    text: `const unused = 1;\nexport function greedy(a, b, c, d, e) {\n  return [a, b, c, d, e];\n}\n`,
    breaks: [['max-params'], ['no-unused-vars']],
  },
];
