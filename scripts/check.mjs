// npm run check: everything that holds the house together and is not a test. Runs all guards, two at a time, and says which are red.
//   npm run check -- [--guard NAME]… [path …]     paths narrow format and lint
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment, nodeBinary, prepare } from './prepare.mjs';
import { say } from './terminal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const AT_A_TIME = 2;

/** The longest first. `build`: the guard runs the built program. */
const GUARDS = [
  { name: 'lint', command: (paths) => [bin('eslint'), '--no-warn-ignored', ...(paths.length > 0 ? paths : ['.'])] },
  {
    name: 'format',
    command: (paths) => [bin('prettier'), '--check', '--log-level', 'warn', ...(paths.length > 0 ? paths : ['.'])],
  },
  {
    name: 'generated artefacts',
    build: true,
    command: () => [nodeBinary(root), 'dist/apps/cli/artefacts/main.js', '--check'],
  },
  { name: 'patterns', command: () => [nodeBinary(root), 'scripts/check-patterns.mjs'] },
  { name: 'unused code', command: () => [bin('knip')] },
  { name: 'boundaries', command: () => [bin('depcruise'), '--config', '.dependency-cruiser.cjs', ...sourceFolders()] },
  { name: 'file sizes', command: () => [nodeBinary(root), 'scripts/check-sizes.mjs'] },
];

function sourceFolders() {
  return ['apps', 'libs', 'test', 'bench'].filter((folder) => existsSync(join(root, folder)));
}

/** Runs one guard to its end. Returns its name when it is red. */
async function run(guard, paths) {
  const startedAt = performance.now();
  if (guard.build && !(await isBuilt())) {
    say(`RED ${guard.name}: the program cannot be built`);
    return [guard.name];
  }
  const [command, ...args] = guard.command(paths);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: environment(root) });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => {
      output.push(Buffer.from(`${error.message}\n`));
      resolve(1);
    });
    child.once('close', resolve);
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${code === 0 ? 'ok ' : 'RED'} ${guard.name} (${seconds} s)`);
  if (code === 0) return [];
  say(Buffer.concat(output).toString('utf8').trimEnd());
  return [guard.name];
}

/** A program that cannot be built makes its own guard red and leaves the others their say. */
async function isBuilt() {
  try {
    await prepare(root);
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
}

function wantedGuards(names) {
  const unknown = names.filter((name) => !GUARDS.some((guard) => guard.name === name));
  if (unknown.length > 0)
    throw new Error(
      `There is no guard ${unknown.join(', ')}; the guards are ${GUARDS.map(({ name }) => name).join(', ')}.`,
    );
  return GUARDS.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { guard: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  const waiting = wantedGuards(values.guard);
  const red = [];
  const lane = async () => {
    for (let guard = waiting.shift(); guard; guard = waiting.shift()) red.push(...(await run(guard, positionals)));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  say(red.length > 0 ? `check: red: ${red.join(', ')}` : 'check: all green');
  return red.length > 0 ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    say(error.message);
    process.exitCode = 1;
  },
);
