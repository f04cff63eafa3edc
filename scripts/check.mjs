// `npm run check`: everything that holds the house together and is not a test. Runs all guards, then says which are red.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = bin('node');

const GUARDS = [
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: [bin('eslint'), '.'] },
  {
    name: 'boundaries',
    command: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'test', 'bench'],
  },
  { name: 'unused code', command: [bin('knip')] },
  { name: 'file sizes', command: [node, 'scripts/check-sizes.mjs'] },
  { name: 'generated artefacts', command: [node, 'dist/apps/cli/artefacts/main.js', '--check'] },
];

const wanted = process.argv.slice(2);
const red = [];
for (const guard of GUARDS.filter((one) => wanted.length === 0 || wanted.includes(one.name))) {
  const started = Date.now();
  const [command, ...args] = guard.command;
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  });
  const isGreen = result.status === 0;
  console.log(`${isGreen ? 'ok ' : 'RED'} ${guard.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (isGreen) continue;
  red.push(guard.name);
  process.stdout.write(
    `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`,
  );
}
if (red.length > 0) console.log(`check: red: ${red.join(', ')}`);
process.exitCode = red.length > 0 ? 1 : 0;
