/** One configuration for every tier; the runner picks a tier by file suffix (see CONTRIBUTING.md). */
const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2023',
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

module.exports = {
  testEnvironment: 'node',
  // A leaked timer or socket keeps a worker for ever, and the runner counts it as a failure. A worker of a busy machine only needs a moment:
  // jest's 500 ms would accuse it.
  workerGracefulExitTimeout: 10_000,
  // The first test of a run may wait for PostgreSQL or Kafka to come up, on two busy cores.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^#testing$': '<rootDir>/test/support/index.ts',
    '^#([a-z-]+)$': '<rootDir>/libs/$1/index.ts',
    '^#([a-z-]+)/([a-z-]+)$': '<rootDir>/libs/$1/$2.ts',
  },
  testRegex: '\\.(unit|int|e2e|law)\\.spec\\.ts$',
};
