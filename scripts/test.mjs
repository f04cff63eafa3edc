// npm test: prepares the clone, checks types, starts PostgreSQL and Kafka once, runs the tiers and sums up.
//   npm test -- --tier unit [--tier int] [path …]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareFuzzer } from './fuzzer.mjs';
import { environment, nodeBinary, prepare } from './prepare.mjs';
import { runStep, say } from './terminal.mjs';
import { runTier, summary, TIERS } from './test-tiers.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function main() {
  const { values, positionals } = parseArgs({
    options: { tier: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  const unknown = values.tier?.filter((tier) => !TIERS.includes(tier)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no tier ${unknown.join(', ')}; the tiers are ${TIERS.join(', ')}.`);
  const tiers = TIERS.filter((tier) => !values.tier || values.tier.includes(tier));
  await prepare(root);
  await runStep(
    'Checking types',
    join(root, 'node_modules', '.bin', 'tsc'),
    ['-p', 'tsconfig.json', '--noEmit', '--incremental', 'false'],
    {
      cwd: root,
      env: environment(root),
    },
  );
  const total = await runTiers(tiers, positionals);
  say(`\n${summary(total)}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function runTiers(tiers, paths) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts) => Object.keys(total).forEach((name) => (total[name] += counts[name]));
  let services;
  let fuzzer;
  try {
    for (const tier of tiers) {
      // The unit tier does no I/O: it starts at once and shows that it needs nothing.
      if (tier !== 'unit') services ??= await startServices();
      if (tier === 'e2e') fuzzer = prepareFuzzer(root);
      add(await runTier(root, tier, { ...toolsFor(services, fuzzer), paths }));
    }
  } finally {
    await services?.stop();
  }
  if (services?.kafkaMissing) total.failed += missingKafka(services.kafkaMissing);
  if (fuzzer?.missing) say(`\nThe fuzz run over the OpenAPI document did not run, since ${fuzzer.missing}.`);
  return total;
}

/** What the specs of a tier are given, and which tools they have to do without. */
function toolsFor(services, fuzzer) {
  const without = [...(services?.kafkaMissing ? ['kafka'] : []), ...(fuzzer?.missing ? ['python'] : [])];
  return { without, env: { ...services?.env, ...(fuzzer?.python ? { FUZZER_PYTHON: fuzzer.python } : {}) } };
}

/** Says in one line what did not run. Returns the failures that this counts as: where CI=true, a missing Kafka is one. */
function missingKafka(why) {
  say(`\nThe Kafka specs did not run, since ${why}.`);
  return process.env.CI === 'true' ? 1 : 0;
}

async function startServices() {
  const startedAt = performance.now();
  say('\nStarting PostgreSQL and Kafka for the tests …');
  const child = spawn(
    nodeBinary(root),
    ['--disable-warning=TimeoutNegativeWarning', join(root, 'scripts', 'test-services.mjs')],
    {
      cwd: root,
      env: environment(root),
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const first = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => line),
    exited.then(() => null),
  ]);
  if (first === null) throw new Error('The services of the tests did not start; the lines above say why.');
  const { pgUrl, kafkaBrokers, kafkaMissing } = JSON.parse(first);
  say(
    `  up after ${((performance.now() - startedAt) / 1000).toFixed(1)} s${kafkaMissing ? ` (no Kafka: ${kafkaMissing})` : ''}`,
  );
  return {
    kafkaMissing,
    env: { TEST_PG_URL: pgUrl, ...(kafkaBrokers ? { TEST_KAFKA_BROKERS: kafkaBrokers } : {}) },
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`\n${error.message}\n`);
    say('0 passed, 1 failed');
    process.exit(1);
  },
);
