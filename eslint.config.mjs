import tseslint from 'typescript-eslint';

/** Rules that protect the house (STYLE "Size", "Errors", "Tests", "Logs"); formatting is prettier's, imports are
 *  dependency-cruiser's. Every rule named here is seen firing by test/guards/lint.int.spec.ts. */

const SYNTAX = [
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'No .only, .skip, .todo or .failing in the tree.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/]',
    message: 'No focused and no excluded tests in the tree.',
  },
  {
    selector: "CallExpression[callee.object.name='jest'][callee.property.name='retryTimes']",
    message: 'Tests are not run again until they pass.',
  },
];

const PRINTING = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr|_rawDebug)$/]",
    message: 'Libraries and services speak through Log only: one JSON line, no personal data (law 8).',
  },
];

const IMPURE = [
  {
    selector: "CallExpression[callee.object.name=/^(Date|performance)$/][callee.property.name='now']",
    message: 'domain/ does not read the clock: the caller gives the time.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'domain/ does not read the clock: the caller gives the time.',
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: 'domain/ does not read the clock: the caller gives the time.',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'domain/ has no randomness: the caller gives Random or Ids.',
  },
  {
    selector:
      'CallExpression[callee.property.name=/^(randomUUID|randomBytes|randomInt)$/], CallExpression[callee.name=/^(randomUUID|randomBytes|randomInt)$/]',
    message: 'domain/ has no randomness: the caller gives Random or Ids.',
  },
  {
    selector: "MemberExpression[object.name='process']",
    message: 'domain/ knows no process: the caller gives the settings.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|fetch)$/]',
    message: 'domain/ neither waits nor calls: it decides.',
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '**/*.cjs', 'eslint.config.mjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'start' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-restricted-syntax': ['error', ...SYNTAX],
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/gateway/**/*.ts', 'apps/worker/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...PRINTING] },
  },
  {
    files: ['libs/*/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...PRINTING, ...IMPURE] },
  },
  {
    // A spec tells one story in one describe, reads answers whose shape it asserts itself, and knows what it put in.
    files: ['**/*.spec.ts', '**/*.contract.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    // Plain scripts: no types to check, the same sizes.
    files: ['scripts/**/*.mjs', 'bin/**/*.js'],
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-unused-vars': 'error',
    },
  },
  // A bench prints its figures; everything else has Log, or the output of the command line.
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
);
