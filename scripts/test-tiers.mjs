import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, nodeBinary } from './prepare.mjs';
import { exitCodeOf, say } from './terminal.mjs';

export const TIERS = ['unit', 'law', 'int', 'e2e'];

/** Specs that need a Kafka or a Python say so in their file name. */
const specsThatNeed = (tool) => String.raw`\.${tool}\.(int|e2e|law)\.spec\.ts$`;
/** What scripts/open-handles.cjs says. */
const LEAK = 'was still running:';
const EXIT_GRACE_MS = 20_000;

/** Runs one tier with jest; its progress is shown as it comes. Returns counts of tests.
 *  `options`: `env` of the specs, `paths` to run, and `without`, the tools that are missing (`kafka`, `python`).
 *  A suite that could not run, and a run that leaks a timer, a socket or a process, each count as one failed test. */
export async function runTier(root, tier, options) {
  say(`\n── ${tier} ──`);
  const startedAt = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'lienthong-tier-'));
  const report = join(dir, 'report.json');
  const jest = spawn(nodeBinary(root), jestArguments(root, tier, { ...options, report }), {
    cwd: root,
    env: { ...environment(root), ...options.env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const { hasLeaked, code } = await watch(jest, report);
  const counts = countsOf(report, hasLeaked ? 0 : code);
  rmSync(dir, { recursive: true, force: true });
  if (hasLeaked) {
    say('A test left something running (timer, socket or process): that counts as one failure.');
    counts.failed += 1;
  }
  for (const tool of options.without) counts.skipped += testsThatNeed(tool, root, tier);
  say(`── ${tier}: ${summary(counts)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return counts;
}

export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function jestArguments(root, tier, { report, without, paths }) {
  const ignored = ['/node_modules/', ...without.map(specsThatNeed)];
  const suffix = String.raw`\.${tier}\.spec\.ts$`;
  return [
    '--experimental-vm-modules',
    '--no-warnings',
    '--require',
    join(root, 'scripts', 'open-handles.cjs'),
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--ci',
    '--passWithNoTests',
    '--json',
    `--outputFile=${report}`,
    // Whole stacks are large and measure time: one after the other.
    ...(tier === 'e2e' ? ['--runInBand'] : ['--maxWorkers=2']),
    ...ignored.flatMap((pattern) => ['--testPathIgnorePatterns', pattern]),
    '--testPathPatterns',
    ...(paths.length > 0 ? paths.map((path) => `${path}.*${suffix}`) : [suffix]),
  ];
}

/** Shows jest's progress and ends it when it has reported but does not exit. */
async function watch(jest, report) {
  let hasLeaked = false;
  jest.stderr.on('data', (chunk) => {
    process.stderr.write(chunk);
    hasLeaked ||= chunk.includes(LEAK);
  });
  let reportedAt = 0;
  const guard = setInterval(() => {
    if (reportedAt === 0 && existsSync(report)) reportedAt = performance.now();
    if (reportedAt === 0 || performance.now() - reportedAt < EXIT_GRACE_MS) return;
    // Told to end it says what it waits for; a second time it is not asked.
    jest.kill(hasLeaked ? 'SIGKILL' : 'SIGTERM');
    hasLeaked = true;
  }, 2_000);
  try {
    return { code: await exitCodeOf(jest), hasLeaked };
  } finally {
    clearInterval(guard);
  }
}

/** Without a report jest itself failed: one failure, never none. */
function countsOf(report, code) {
  if (!existsSync(report)) return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const found = JSON.parse(readFileSync(report, 'utf8'));
  const counts = {
    passed: found.numPassedTests,
    failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
    skipped: found.numPendingTests + found.numTodoTests,
  };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Number of tests in this tier's specs that need a tool which is not there. */
function testsThatNeed(tool, root, tier) {
  const suffix = `.${tool}.${tier}.spec.ts`;
  const files = ['apps', 'libs', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)),
  );
  const texts = files.filter((file) => file.endsWith(suffix)).map((file) => readFileSync(file, 'utf8'));
  return texts.reduce((sum, text) => sum + (text.match(/^\s*(it|test)(\.each)?\(/gm)?.length ?? 0), 0);
}
