/** Boundaries that run (DESIGN §5, STYLE "Shape"). Each rule has a test that plants a violation (test/guards). */

const only = (name, module, where, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { pathNot: [...where, '\\.spec\\.ts$', '^test/', '^bench/'] },
  to: { path: `(^|/)node_modules/${module}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'No cycles between files.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'An import that cannot be followed is not checked by any other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment:
        'domain/ knows no other layer of its library, and of the packages only those that compute and do nothing else.',
      from: { path: '^libs/[^/]+/domain/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: ['(^|/)node_modules/', '^libs/[^/]+/(app|adapters)/', '^apps/', '^test/'],
        pathNot: '(^|/)node_modules/canonicalize/',
      },
    },
    {
      name: 'domain-touches-no-machine',
      severity: 'error',
      comment: 'domain/ reads no file, opens no socket, starts no process; digests are arithmetic.',
      from: { path: '^libs/[^/]+/domain/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'libraries-do-not-import-apps',
      severity: 'error',
      comment: 'apps/ compose libraries, never the other way round.',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libraries-meet-at-their-index',
      severity: 'error',
      comment:
        'A library is entered through its index.ts; the bus has two doors more, so that who only stores events loads neither Nest nor a driver, and the sync log one for its offline verifier. Test benches build on each other.',
      from: { path: '^(?:libs|apps)/([^/]+)/', pathNot: ['\\.spec\\.ts$', '^libs/[^/]+/testing/'] },
      to: {
        path: '^libs/([^/]+)/.+',
        pathNot: [
          '^libs/$1/',
          '^libs/[^/]+/index\\.ts$',
          '^libs/bus/(drivers|nest)\\.ts$',
          '^libs/synclog/verifier\\.ts$',
        ],
      },
    },
    {
      name: 'verifier-stands-alone',
      severity: 'error',
      comment:
        'The offline verifier is one file for bare Node: it knows the format of the log and of receipts, and no package, platform or database.',
      from: { path: '^libs/synclog/(verifier|tlog)[/.]', pathNot: ['\\.spec\\.ts$', '/testing/'] },
      to: {
        dependencyTypesNot: ['core'],
        pathNot: ['^libs/synclog/(verifier|tlog)/', '^libs/synclog/receipts/(domain/jwk-verifier|signing-keys)\\.ts$'],
      },
    },
    {
      name: 'simulators-are-independent',
      severity: 'error',
      comment: 'Simulators share no code with the adapters: they are independent witnesses.',
      from: { path: '^apps/simulators/' },
      to: { path: ['^libs/', '^apps/(?!simulators/)'] },
    },
    {
      name: 'partners-stay-at-the-edge',
      severity: 'error',
      comment: "A partner's oddity ends at its adapter: only apps compose libs/partners (law 6).",
      from: { path: '^libs/(?!partners/)' },
      to: { path: '^libs/partners/' },
    },
    {
      name: 'platform-knows-nobody',
      severity: 'error',
      comment: 'libs/platform is below every other library.',
      from: { path: '^libs/platform/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/(?!platform/)' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      comment: 'What runs in production imports no spec, no contract suite and no test support.',
      from: { path: '^(apps|libs|bench)/', pathNot: ['\\.(spec|contract)\\.ts$', '/testing/'] },
      to: { path: ['^test/', '\\.(spec|contract)\\.ts$', '^(apps|libs)/.+/testing/'] },
    },
    only(
      'kafkajs-in-one-place',
      'kafkajs',
      ['^libs/bus/adapters/kafka/'],
      'kafkajs is imported by the Kafka driver only.',
    ),
    only('axios-in-one-place', 'axios', ['^libs/partners/http/'], 'axios is imported by the HTTP driver only.'),
    only('typeorm-in-one-place', 'typeorm', ['^libs/platform/adapters/'], 'typeorm is imported by the platform only.'),
    only(
      'pg-in-one-place',
      'pg',
      ['^libs/platform/', '^apps/cli/stack/'],
      'pg is imported by the platform and the local stack only.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Our own output only: many packages keep their code in a dist/ too, and rules look at packages.
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    webpackConfig: { fileName: '.dependency-cruiser-aliases.cjs' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'import', 'types'],
    },
  },
};
